"""Items by their ids, as lists show them: what is long is cut, and what is too much is refused."""

from collections.abc import Collection, Iterator
from typing import Any, Final

from sqlalchemy import ARRAY, BigInteger, ColumnElement, any_, func, literal, select
from sqlalchemy.orm import Session

from genonaut.api.entities import Item
from genonaut.api.repositories.content_repository import (
    LONGEST_CONTENT_LISTED,
    MOST_METADATA_LISTED,
    listed_columns,
)
from genonaut.api.repositories.gallery_repository import (
    LARGEST_PAGE_BYTES,
    MOST_ITEMS_UNMEASURED,
)
from genonaut.content.viewer import Viewer, visible_to
from genonaut.db.schema import ContentItemAll, User
from genonaut.errors import InvalidRequestError

_ITEM: Final = ContentItemAll


def listed_items(session: Session, viewer: Viewer, item_ids: Collection[int]) -> dict[int, Item]:
    """Those of the items that are for the viewer's eyes, without their tags.

    Raises:
        InvalidRequestError: together they are too large for a response.
    """
    if not item_ids:
        return {}
    wanted = list(_wanted(viewer, item_ids))
    if len(item_ids) > MOST_ITEMS_UNMEASURED:
        _check_size(session, wanted)
    statement = (
        select(*listed_columns(with_metadata=True), User.username.label("creator_username"))
        .join(User, User.id == _ITEM.creator_id)
        .where(*wanted)
    )
    return {row.id: Item(**row._asdict()) for row in session.execute(statement)}


def _wanted(viewer: Viewer, item_ids: Collection[int]) -> Iterator[ColumnElement[bool]]:
    yield _ITEM.id == any_(literal(list(item_ids), ARRAY(BigInteger)))
    yield from visible_to(viewer, _ITEM)


def _check_size(session: Session, wanted: list[Any]) -> None:
    content = func.least(func.octet_length(_ITEM.content_data), LONGEST_CONTENT_LISTED)
    metadata = func.least(func.pg_column_size(_ITEM.item_metadata), MOST_METADATA_LISTED)
    texts = func.octet_length(_ITEM.prompt) + content + metadata
    size: int = session.scalar(select(func.coalesce(func.sum(texts), 0)).where(*wanted)) or 0
    if size > LARGEST_PAGE_BYTES:
        raise InvalidRequestError(
            f"The items of this page have {size / 2**20:.0f} MiB, and a response may have "
            f"{LARGEST_PAGE_BYTES >> 20}: ask for a smaller limit."
        )
