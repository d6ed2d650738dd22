"""Counts by declaration: the second one, and the first one in the same form.

Why: how many items carry a tag is counted like how many a user has. One set of templates makes
both, so there is one thing to understand and to prove. Until the first refresh of the tags' counts,
which `genonaut db upgrade` makes, they are "never built".
"""

from genonaut.db.migrations.files import run_file

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    run_file("0004_declared_counts.up.sql")


def downgrade() -> None:
    run_file("0004_declared_counts.down.sql")
