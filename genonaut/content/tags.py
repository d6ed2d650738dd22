"""Tags by their names: found or added, and held, so that nobody takes them away meanwhile."""

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
# Whoever loses the race for a name holds the winner's row, hence DO UPDATE; of a column that is in
# no key, or it would wait for all who hold the tag. A row that is new has no xmax.
_ADD = (
    insert(Tag)
    .from_select(["name"], select(func.unnest(_NAMES)))
    .on_conflict_do_update(index_elements=["name"], set_={"metadata": Tag.tag_metadata})
    .returning(Tag.name, Tag.id, literal_column("xmax = 0", Boolean).label("is_new"))
)


@dataclass(frozen=True, slots=True)
class HeldTags:
    """Tags that stay as they are until the end of the transaction, and how many are new."""

    ids: dict[str, UUID]
    added: int


def hold_tags(connection: Connection, names: Iterable[str]) -> HeldTags:
    """All these tags; those that are missing are added. One statement, or two if some are missing.

    However many do this at once, they wait for each other at worst. What is there is held before
    anything is added: so nobody who has added a name waits for one that is deleted or renamed. And
    names are added in one order always: so nobody waits for another's in a circle.
    """
    wanted = sorted(set(names))
    held = connection.execute(_HOLD, {"names": wanted})
    ids = {row.name: row.id for row in held}
    missing = [name for name in wanted if name not in ids]
    if not missing:
        return HeldTags(ids, 0)
    added = connection.execute(_ADD, {"names": missing}).all()
    return HeldTags(ids | {row.name: row.id for row in added}, sum(row.is_new for row in added))
