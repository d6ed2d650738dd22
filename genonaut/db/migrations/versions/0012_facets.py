"""Facets: how many items have each model, LoRA, sampler, month and tag, of each creator.

Why: a list is narrowed by clicking on a value, and the number beside it is that of the list behind
it, exact at every commit.
"""

from genonaut.db.migrations.files import run_file

revision = "0012_facets"
down_revision = "0011_cost_of_a_write"


def upgrade() -> None:
    run_file("0012_facets.up.sql")
    run_file("0012_facet_counts.up.sql")
    run_file("0012_largest_facets.up.sql")


def downgrade() -> None:
    run_file("0012_largest_facets.down.sql")
    run_file("0012_facet_counts.down.sql")
    run_file("0012_facets.down.sql")
