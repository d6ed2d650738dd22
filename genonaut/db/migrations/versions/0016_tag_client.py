"""Tags by the beginning of their names, and what a user has searched for.

Why: the page completes tags while one types, and a client that was written for an earlier program
keeps the searches of its user.
"""

from genonaut.db.migrations.files import run_file

revision = "0016_tag_client"
down_revision = "0015_ratings"


def upgrade() -> None:
    run_file("0016_tag_client.up.sql")


def downgrade() -> None:
    run_file("0016_tag_client.down.sql")
