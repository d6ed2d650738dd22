"""People: accounts, sessions, tokens, failed sign-ins, and the record of who did what.

Why: who may see, add and delete is decided by who sends a request. Secrets are stored as digests
only, so a copy of the database opens nothing.
"""

from genonaut.db.migrations.files import run_file

revision = "0007_people"
down_revision = "0006_visibility"


def upgrade() -> None:
    run_file("0007_people.up.sql")


def downgrade() -> None:
    run_file("0007_people.down.sql")
