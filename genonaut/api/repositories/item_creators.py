"""Whose items are: what says where an engine that spreads them by their creators has the rest."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, any_, bindparam, select
from sqlalchemy.orm import Session

from genonaut.db.schema import ContentItemAll

_ITEM: Final = ContentItemAll
_OF_ONE: Final = select(_ITEM.creator_id).where(_ITEM.id == bindparam("item_id"))
_OF_MANY: Final = (
    select(_ITEM.creator_id)
    .where(_ITEM.id == any_(bindparam("item_ids", type_=ARRAY(BigInteger))))
    .distinct()
)


def creator_of(session: Session, item_id: int) -> UUID | None:
    """The creator of an item; None if there is no such item."""
    return session.scalar(_OF_ONE, {"item_id": item_id})


def creators_of(session: Session, item_ids: Sequence[int]) -> list[UUID]:
    """The creators of items, each once."""
    return list(session.scalars(_OF_MANY, {"item_ids": list(item_ids)}))
