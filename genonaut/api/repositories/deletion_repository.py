"""Deletions that can be undone: the statements."""

from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from genonaut.db.schema import ContentItemAll

# Every column that is not made of others.
_COLUMNS = ", ".join(
    column.name for column in ContentItemAll.__table__.columns if not column.computed
)

# One statement, so one snapshot: the tags are read as they were before they went with the item.
_DELETE = text("""
WITH gone AS (
    DELETE FROM content_items_all
    WHERE id = :item_id AND creator_id = :user_id
    RETURNING *
)
INSERT INTO deleted_items (id, deleted_by, item, tag_ids)
SELECT gone.id, :user_id, to_jsonb(gone), ARRAY(
    SELECT tag_id FROM content_tags
    WHERE content_id = gone.id AND source_type = gone.source_type
)
FROM gone
RETURNING id
""")

_SWEEP = text(
    "DELETE FROM deleted_items WHERE deleted_at < now() - make_interval(secs => :seconds)"
)

_FIND = text("""
SELECT id, item ->> 'title' AS title
FROM deleted_items
WHERE id = :item_id AND deleted_by = :user_id
  AND deleted_at >= now() - make_interval(secs => :seconds)
""")

_PUT_BACK = text(f"""
WITH taken AS (
    DELETE FROM deleted_items
    WHERE id = :item_id AND deleted_by = :user_id
    RETURNING item, tag_ids
), put AS (
    INSERT INTO content_items_all ({_COLUMNS})
    SELECT {_COLUMNS}
    FROM (SELECT (jsonb_populate_record(NULL::content_items_all, item)).* FROM taken) AS was
    ON CONFLICT DO NOTHING
    RETURNING id, source_type
), tagged AS (
    INSERT INTO content_tags (content_id, source_type, tag_id)
    SELECT put.id, put.source_type, tags.id
    FROM put, taken JOIN tags ON tags.id = ANY(taken.tag_ids)
)
SELECT id FROM put
""")  # noqa: S608 - the names of our own columns


class DeletionRepository:
    """Deletes items of the content, keeps them for a while, and puts them back."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def delete(self, item_id: int, user_id: UUID) -> bool:
        """Delete a user's item and keep it; false if the user has no such item."""
        given = {"item_id": item_id, "user_id": user_id}
        return self._session.execute(_DELETE, given).first() is not None

    def sweep(self, seconds: float) -> None:
        """Forget what was deleted longer ago than that."""
        self._session.execute(_SWEEP, {"seconds": seconds})

    def find(self, item_id: int, user_id: UUID, seconds: float) -> RowMapping | None:
        """The title of what the user deleted, if it was not longer ago than that."""
        given = {"item_id": item_id, "user_id": user_id, "seconds": seconds}
        return self._session.execute(_FIND, given).mappings().one_or_none()

    def put_back(self, item_id: int, user_id: UUID) -> bool:
        """Make the item what it was; false if something else has taken its place meanwhile."""
        given = {"item_id": item_id, "user_id": user_id}
        return self._session.execute(_PUT_BACK, given).first() is not None
