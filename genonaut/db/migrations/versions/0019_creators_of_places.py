"""A favourite's place in an album names the creator of its item.

Why: every row about an item names the item's creator, so that an engine of many machines, which
spreads items by their creators, keeps it beside the item. Places were the only ones that did not.
"""

from genonaut.db.migrations.files import run_file

revision = "0019_creators_of_places"
down_revision = "0018_deleted_together"


def upgrade() -> None:
    run_file("0019_creators_of_places.up.sql")


def downgrade() -> None:
    run_file("0019_creators_of_places.down.sql")
