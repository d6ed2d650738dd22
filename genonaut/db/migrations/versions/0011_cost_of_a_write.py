"""Cheaper triggers for a statement of one row.

Why: each write of one item looked for a second one before it was counted, which took nearly as long
as counting it.
"""

from genonaut.db.migrations.files import run_file

revision = "0011_cost_of_a_write"
down_revision = "0010_imports"


def upgrade() -> None:
    run_file("0011_cost_of_a_write.up.sql")


def downgrade() -> None:
    run_file("0011_cost_of_a_write.down.sql")
