"""Favourites and albums of the matrix: for each request new ones, of their owner."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from genonaut.api.services.sharing_service import SharingService
from genonaut.content.viewer import EVERYTHING
from genonaut.db.session import Database
from tests.support.matrix import Row
from tests.support.rows import add_items, run, scalar


@dataclass
class Kept:
    """What a user keeps of items of the user's own: others see it, or not."""

    database: Database
    owner: str
    is_public: bool
    number: int
    album: str = field(init=False)
    bookmark: str = field(init=False)

    def __post_init__(self) -> None:
        self.album = self._album(f"album {self.number}")
        [item] = add_items(self.database, self.owner)
        self.bookmark = str(
            scalar(
                self.database,
                "INSERT INTO bookmarks (user_id, content_id, source_type, is_public)"
                " VALUES (%s, %s, 'items', %s) RETURNING id",
                self.owner,
                item,
                self.is_public,
            )
        )

    def place(self) -> None:
        """Put the favourite into the album."""
        insert = "INSERT INTO bookmark_category_members (bookmark_id, category_id) VALUES (%s, %s)"
        run(self.database, insert, self.bookmark, self.album)

    def share(self) -> str:
        """Make the secret link to the album."""
        with self.database.transaction() as session:
            service = SharingService(session)
            return service.share(EVERYTHING, UUID(self.album), with_prompts=False).token

    def _album(self, name: str) -> str:
        insert = (
            "INSERT INTO bookmark_categories (user_id, name, is_public)"
            " VALUES (%s, %s, %s) RETURNING id"
        )
        return str(scalar(self.database, insert, self.owner, name, self.is_public))


def body_of_kept(row: Row, new: str, item: int, album: str) -> dict[str, Any]:
    """A valid body for a route of favourites and albums."""
    bodies: dict[str, dict[str, object]] = {
        "/bookmarks": {"content_id": item},
        "/check-batch": {"content_items": []},
        "/{bookmark_id}": {"pinned": True},
        "/categories": {"category_id": album} if row.method == "POST" else {"category_ids": []},
        "/sync": {"category_ids": []},
        "/position": {"position": 1},
        "/bookmark-categories": {"name": new},
        "/bookmark-categories/order": {"category_ids": []},
        "/bookmark-categories/{category_id}": {"name": new},
        "/{category_id}/order": {"bookmark_ids": []},
        "/share": {},
    }
    # The longest end is the most exact one.
    ends = sorted((end for end in bodies if row.path.endswith(end)), key=len)
    return {"json": bodies[ends[-1]]} if ends else {}
