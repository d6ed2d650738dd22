"""Rules of the state machine about favourites and albums, and deletions that are undone.

Rules about other data go into classes of their own beside this one; `Counting` is made of all.
"""

from contextlib import suppress
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from genonaut.api.services.deletion_service import DeletionService
from genonaut.content.viewer import EVERYTHING
from genonaut.errors import ConflictError, NotFoundError
from tests.support.rows import run

NUMBERS = st.integers(1, 4)
FEW = st.integers(1, 3)
SWITCH = st.booleans()


def numbered(number: int) -> str:
    """The id of a user or an album."""
    return f"00000000-0000-0000-0000-{number:012}"


class KeepingRules:
    """Users keep items, arrange them in albums, and delete items that come back."""

    writer: Connection

    def execute(self, statement: str, *parameters: Any) -> None:
        raise NotImplementedError

    def insert_user(self, number: int) -> None:
        raise NotImplementedError

    @rule(number=NUMBERS, modulus=FEW, pinned=SWITCH, is_public=SWITCH)
    def keep(self, number: int, modulus: int, pinned: bool, is_public: bool) -> None:
        self.insert_user(number)
        self.execute(
            "INSERT INTO bookmarks (user_id, content_id, source_type, pinned, is_public)"
            " SELECT %s, id, source_type, %s, %s FROM content_items_all WHERE id %% %s = 0"
            " ON CONFLICT DO NOTHING",
            numbered(number),
            pinned,
            is_public,
            modulus,
        )

    @rule(number=NUMBERS, modulus=FEW)
    def drop(self, number: int, modulus: int) -> None:
        self.execute(
            "DELETE FROM bookmarks WHERE user_id = %s AND content_id %% %s = 0",
            numbered(number),
            modulus,
        )

    @rule(modulus=FEW, pinned=SWITCH, is_public=SWITCH)
    def mark(self, modulus: int, pinned: bool, is_public: bool) -> None:
        self.execute(
            "UPDATE bookmarks SET pinned = %s, is_public = %s WHERE content_id %% %s = 0",
            pinned,
            is_public,
            modulus,
        )

    @rule(album=NUMBERS, owner=NUMBERS, is_public=SWITCH)
    def make_album(self, album: int, owner: int, is_public: bool) -> None:
        self.insert_user(owner)
        self.execute(
            "INSERT INTO bookmark_categories (id, user_id, name, is_public)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            numbered(album),
            numbered(owner),
            f"album {album}",
            is_public,
        )

    @rule(album=NUMBERS, modulus=FEW)
    def put(self, album: int, modulus: int) -> None:
        self.execute(
            "INSERT INTO bookmark_category_members (bookmark_id, category_id)"
            " SELECT bookmarks.id, album.id FROM bookmarks JOIN bookmark_categories AS album"
            " USING (user_id) WHERE album.id = %s AND content_id %% %s = 0 ON CONFLICT DO NOTHING",
            numbered(album),
            modulus,
        )

    @rule(album=NUMBERS, modulus=FEW)
    def take_out(self, album: int, modulus: int) -> None:
        self.execute(
            "DELETE FROM bookmark_category_members WHERE category_id = %s AND content_id %% %s = 0",
            numbered(album),
            modulus,
        )

    @rule(old=NUMBERS, new=NUMBERS)
    def move_within(self, old: int, new: int) -> None:
        self.execute(
            "UPDATE bookmark_category_members AS member SET category_id = album.id"
            " FROM bookmark_categories AS album WHERE member.category_id = %s AND album.id = %s"
            " AND album.user_id = member.user_id AND NOT EXISTS (SELECT FROM"
            " bookmark_category_members AS other WHERE other.category_id = album.id)",
            numbered(old),
            numbered(new),
        )

    @rule(album=NUMBERS, is_public=SWITCH)
    def show_album(self, album: int, is_public: bool) -> None:
        self.execute(
            "UPDATE bookmark_categories SET is_public = %s WHERE id = %s",
            is_public,
            numbered(album),
        )

    @rule(inner=NUMBERS, outer=NUMBERS)
    def nest(self, inner: int, outer: int) -> None:
        self.execute(
            "UPDATE bookmark_categories AS one SET parent_id = other.id"
            " FROM bookmark_categories AS other WHERE one.id = %s AND other.id = %s"
            " AND one.id <> other.id AND one.user_id = other.user_id",
            numbered(inner),
            numbered(outer),
        )

    @rule(album=NUMBERS)
    def delete_album(self, album: int) -> None:
        self.execute("DELETE FROM bookmark_categories WHERE id = %s", numbered(album))

    @rule()
    def truncate_favourites(self) -> None:
        self.execute("TRUNCATE bookmarks CASCADE")

    @rule()
    def truncate_albums(self) -> None:
        self.execute("TRUNCATE bookmark_categories CASCADE")

    @rule(number=NUMBERS)
    def delete_in_the_pages(self, number: int) -> None:
        """As the pages do: the newest item that is in an album, or that there is."""
        self.insert_user(number)
        newest = run(
            self.writer,
            "SELECT id FROM content_items_all LEFT JOIN bookmark_category_members"
            " ON content_id = id ORDER BY category_id IS NULL, id DESC LIMIT 1",
        )
        for (item_id,) in newest:
            with Session(self.writer, join_transaction_mode="create_savepoint") as session:
                DeletionService(session).delete(
                    EVERYTHING, item_id, UUID(numbered(number)), any_item=True
                )
                session.commit()

    @rule()
    def undo_deletions(self) -> None:
        deleted = run(self.writer, "SELECT id, deleted_by FROM deleted_items")
        for item_id, user_id in deleted:
            with (
                # The last one: its creator has been deleted meanwhile.
                suppress(NotFoundError, ConflictError, IntegrityError),
                Session(self.writer, join_transaction_mode="create_savepoint") as session,
            ):
                DeletionService(session).undo(item_id, user_id)
                session.commit()
