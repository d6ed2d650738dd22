"""Tags by name: found or added, and locked against deletion until the transaction ends."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, Connection, String, bindparam, func, literal_column, select
from sqlalchemy.dialects.postgresql import insert

from genonaut.db.schema import Tag

_NAMES = bindparam("names", type_=ARRAY(String))

_HOLD = (
    select(Tag.name, Tag.id)
    .where(Tag.name == func.any(_NAMES))
    .order_by(Tag.name)
    .with_for_update(read=True, key_share=True)
)
# A writer that loses the race for a name must hold the winner's row, hence DO UPDATE. It updates a
# column that is in no key, or it would wait for every transaction that holds the tag. A new row has
# no xmax.
_ADD = (
    insert(Tag)
    .from_select(["name"], select(func.unnest(_NAMES)))
    .on_conflict_do_update(index_elements=["name"], set_={"metadata": Tag.tag_metadata})
    .returning(Tag.name, Tag.id, literal_column("xmax = 0", Boolean).label("is_new"))
)


@dataclass(frozen=True, slots=True)
class HeldTags:
    """Tags that no other transaction can change until this one ends, and how many are new."""

    ids: dict[str, UUID]
    added: int


def hold_tags(connection: Connection, names: Iterable[str]) -> HeldTags:
    """All these tags; missing ones are added. One statement, or two if some are missing.

    Any number of writers can do this at once: they may wait for one another, but never deadlock.
    Existing tags are held before any is added, so a writer that has added a name never waits for
    one that is being deleted or renamed. And names are always added in the same order, so writers
    never wait for one another in a circle.
    """
    wanted = sorted(set(names))
    held = connection.execute(_HOLD, {"names": wanted})
    ids = {row.name: row.id for row in held}
    missing = [name for name in wanted if name not in ids]
    if not missing:
        return HeldTags(ids, 0)
    added = connection.execute(_ADD, {"names": missing}).all()
    return HeldTags(ids | {row.name: row.id for row in added}, sum(row.is_new for row in added))
