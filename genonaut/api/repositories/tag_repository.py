"""Tags: the statements."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from genonaut.db.schema import ContentTag, Tag


class TagRepository:
    """Reads and writes tags, and which item carries which."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def names_of(self, item_ids: Iterable[int]) -> dict[int, list[str]]:
        """The sorted names of the tags of each of these items; an item without any has []."""
        names: dict[int, list[str]] = {item_id: [] for item_id in item_ids}
        statement = (
            select(ContentTag.content_id, Tag.name)
            .join(Tag, Tag.id == ContentTag.tag_id)
            .where(ContentTag.content_id.in_(names))
        )
        for content_id, name in self._session.execute(statement):
            names[content_id].append(name)
        # Sorted here, as the database's collation may differ from server to server.
        return {item_id: sorted(found) for item_id, found in names.items()}
