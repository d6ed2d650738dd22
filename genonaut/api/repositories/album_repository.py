"""Albums: the statements, executed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from genonaut.api.bookmarks.entities import Album, Share
from genonaut.db.named_sql import named_sql
from genonaut.db.schema import BookmarkCategory, BookmarkCategoryShare
from genonaut.db.spread import is_spread

_SQL: Final = named_sql(__package__, "albums.sql")
_COLUMNS: Final = tuple(BookmarkCategory.__table__.columns)


class AlbumRepository:
    """Reads and writes albums and their secret links."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def take_turns(self, owner: UUID) -> None:
        """Wait until no other transaction changes which albums a user has."""
        self._session.execute(_SQL["take_turns"], {"user_id": str(owner)})

    def get(self, album_id: UUID) -> Album | None:
        """An album, as its owner has it."""
        statement = select(*_COLUMNS).where(BookmarkCategory.id == album_id)
        row = self._session.execute(statement).one_or_none()
        return Album(**row._asdict()) if row else None

    def of_owner(
        self, owner: UUID, parent: UUID | Literal["root"] | None, is_public: bool | None
    ) -> list[Album]:
        """A user's albums; those in `parent` only, and those that others may see or may not."""
        album = BookmarkCategory
        statement = select(*_COLUMNS).where(album.user_id == owner)
        if parent == "root":
            statement = statement.where(album.parent_id.is_(None))
        elif parent is not None:
            statement = statement.where(album.parent_id == parent)
        if is_public is not None:
            statement = statement.where(album.is_public == is_public)
        return [Album(**row._asdict()) for row in self._session.execute(statement)]

    def public_among(self, album_ids: Collection[UUID]) -> set[UUID]:
        """Those of the albums that others may see."""
        album = BookmarkCategory
        wanted = select(album.id).where(album.id.in_(album_ids), album.is_public)
        return set(self._session.scalars(wanted)) if album_ids else set()

    def parents(self, owner: UUID) -> dict[UUID, UUID | None]:
        """In which album each of a user's albums is."""
        album = BookmarkCategory
        rows = self._session.execute(
            select(album.id, album.parent_id).where(album.user_id == owner)
        )
        return {row.id: row.parent_id for row in rows}

    def add(self, owner: UUID, values: Mapping[str, Any]) -> UUID:
        """Add an album.

        Raises:
            IntegrityError: there is one of the same name beside it.
        """
        statement = insert(BookmarkCategory).values(user_id=owner, **values)
        added: UUID = self._session.scalars(statement.returning(BookmarkCategory.id)).one()
        return added

    def change(self, album_id: UUID, values: Mapping[str, Any]) -> None:
        """Change an album.

        Raises:
            IntegrityError: there is one of the same name beside it.
        """
        self._session.execute(
            update(BookmarkCategory)
            .where(BookmarkCategory.id == album_id)
            .values(**values, updated_at=func.statement_timestamp())
            .execution_options(synchronize_session=False)
        )

    def arrange(self, owner: UUID, album_ids: Sequence[UUID]) -> None:
        """Give a user's albums this order."""
        self._session.execute(
            _SQL["arrange_albums"], {"user_id": owner, "album_ids": list(album_ids)}
        )

    def delete(self, album_id: UUID) -> None:
        """Delete an album; those in it come to where it was."""
        for name in ("step_aside", "move_up"):
            self._session.execute(_SQL[name], {"category_id": album_id})
        self._session.execute(
            delete(BookmarkCategory)
            .where(BookmarkCategory.id == album_id)
            .execution_options(synchronize_session=False)
        )

    def with_covers(self, albums: Collection[Album], kinds: Sequence[str]) -> list[Album]:
        """The albums with the covers that are for a viewer's eyes, who sees these kinds."""
        if is_spread(self._session.connection()):
            return [_with_cover(album, self._cover(album, kinds)) for album in albums]
        given = {"album_ids": [album.id for album in albums], "kinds": list(kinds)}
        covers = {row.category_id: row for row in self._session.execute(_SQL["covers"], given)}
        return [_with_cover(album, covers.get(album.id)) for album in albums]

    def _cover(self, album: Album, kinds: Sequence[str]) -> Any:  # noqa: ANN401
        chosen = album.cover_content_id
        given = {"album_id": album.id, "chosen": chosen, "kinds": list(kinds)}
        return self._session.execute(_SQL["cover"], given).first()

    def shares(self, album_ids: Collection[UUID]) -> dict[UUID, Share]:
        """The secret links of those albums that have one."""
        share = BookmarkCategoryShare
        columns = share.category_id, share.token, share.with_prompts, share.created_at
        rows = self._session.execute(select(*columns).where(share.category_id.in_(album_ids)))
        return {row.category_id: Share(row.token, row.with_prompts, row.created_at) for row in rows}

    def share(self, album_id: UUID, token: str, *, with_prompts: bool) -> None:
        """Give an album a secret link in place of the one that it has."""
        given = {"token": token, "with_prompts": with_prompts}
        statement = insert(BookmarkCategoryShare).values(category_id=album_id, **given)
        self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["category_id"], set_=given | {"created_at": func.now()}
            )
        )

    def set_prompts(self, album_id: UUID, *, with_prompts: bool) -> None:
        """Say whether an album's secret link shows prompts; the link stays the same."""
        self._session.execute(
            update(BookmarkCategoryShare)
            .where(BookmarkCategoryShare.category_id == album_id)
            .values(with_prompts=with_prompts)
            .execution_options(synchronize_session=False)
        )

    def unshare(self, album_id: UUID) -> bool:
        """Take an album's secret link back; false if it has none."""
        gone = delete(BookmarkCategoryShare).where(BookmarkCategoryShare.category_id == album_id)
        returned = gone.returning(BookmarkCategoryShare.category_id)
        return self._session.execute(returned).first() is not None

    def find_shared(self, digest: bytes) -> tuple[UUID, bool, str] | None:
        """The album of the link with this hash, whether it shows prompts, and its owner's name."""
        row = self._session.execute(_SQL["find_shared"], {"digest": digest}).one_or_none()
        return (row.category_id, row.with_prompts, row.username) if row else None


def _with_cover(album: Album, cover: Any) -> Album:  # noqa: ANN401
    return replace(
        album,
        cover_content_id=cover and cover.id,
        cover_content_source_type=cover and cover.source_type,
    )
