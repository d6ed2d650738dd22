"""What the soak's writers do with favourites and albums, and what its readers are told of them."""

import random
from uuid import UUID

from sqlalchemy.orm import Session

from genonaut.api.bookmarks.entities import AlbumQuery, BookmarkQuery
from genonaut.api.services.album_service import AlbumService
from genonaut.api.services.bookmark_service import BookmarkService
from genonaut.content.viewer import Viewer
from tests.support.rows import run, scalar

SEEN = "(item.visibility = 'public' OR item.creator_id = kept.user_id)"
KEPT = f"""
    SELECT count(*) FROM bookmarks AS kept JOIN content_items_all AS item
        ON item.id = kept.content_id AND item.source_type = kept.source_type
    WHERE kept.user_id = %s AND {SEEN}"""
IN_ALBUM = f"""
    SELECT count(*) FROM bookmark_category_members AS member
    JOIN bookmarks AS kept ON kept.id = member.bookmark_id JOIN content_items_all AS item
        ON item.id = kept.content_id AND item.source_type = kept.source_type
    WHERE member.category_id = %s AND {SEEN}"""


class KeepingWriter:
    """Keeps, arranges and shows, one random thing after another."""

    random: random.Random

    def run(self, statement: str, *parameters: object) -> None:
        raise NotImplementedError

    def user(self) -> str:
        raise NotImplementedError

    def some(self) -> str:
        return f"content_id %% 11 = {self.random.randrange(11)}"

    def album(self) -> str:
        return f"00000000-0000-0000-0000-{self.random.randint(1, 30):012}"

    def keep(self) -> None:
        self.run(
            "INSERT INTO bookmarks (user_id, content_id, source_type, pinned)"
            f" SELECT %s, id, source_type, {self.random.random() < 0.3} FROM content_items_all"
            f" WHERE id %% 11 = {self.random.randrange(11)} ORDER BY id ON CONFLICT DO NOTHING",
            self.user(),
        )

    def drop(self) -> None:
        self.run(f"DELETE FROM bookmarks WHERE user_id = %s AND {self.some()}", self.user())

    def mark(self) -> None:
        self.run(
            f"UPDATE bookmarks SET is_public = NOT is_public WHERE user_id = %s AND {self.some()}",
            self.user(),
        )

    def make_album(self) -> None:
        album = self.album()
        self.run(
            "INSERT INTO bookmark_categories (id, user_id, name, is_public)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            album, self.user(), album, self.random.random() < 0.5,
        )  # fmt: skip

    def put(self) -> None:
        self.run(
            "INSERT INTO bookmark_category_members (bookmark_id, category_id)"
            " SELECT bookmarks.id, album.id FROM bookmarks JOIN bookmark_categories AS album"
            f" USING (user_id) WHERE album.id = %s AND {self.some()} ORDER BY content_id"
            " ON CONFLICT DO NOTHING",
            self.album(),
        )

    def take_out(self) -> None:
        self.run(
            f"DELETE FROM bookmark_category_members WHERE category_id = %s AND {self.some()}",
            self.album(),
        )

    def show_album(self) -> None:
        self.run(
            "UPDATE bookmark_categories SET is_public = NOT is_public WHERE id = %s", self.album()
        )

    def delete_album(self) -> None:
        if self.random.random() < 0.2:
            self.run("DELETE FROM bookmark_categories WHERE id = %s", self.album())


def told_wrongly(session: Session, viewer: Viewer) -> object:
    """What a user is told of favourites and albums that is not so; None if all is right."""
    owner = viewer.user_id
    if owner is None:
        return None
    kept = scalar(session, KEPT, owner)
    service = BookmarkService(session)
    query = BookmarkQuery(limit=1000, include_content=False)
    page = service.page(viewer, owner, query)
    if not kept == page.total == service.number(viewer, owner) == len(page.items):
        return viewer, kept, page.total, len(page.items)
    return _wrong_album(session, viewer, owner)


def _wrong_album(session: Session, viewer: Viewer, owner: UUID) -> object:
    albums = AlbumService(session).page(viewer, owner, AlbumQuery())
    number = scalar(session, "SELECT count(*) FROM bookmark_categories WHERE user_id = %s", owner)
    if not number == albums.total == AlbumService(session).number(viewer, owner):
        return viewer, number, albums.total
    told = {album.id: album.count for album in albums.items}
    true = {album: run(session, IN_ALBUM, album)[0][0] for album in told}
    return None if told == true else (viewer, told, true)
