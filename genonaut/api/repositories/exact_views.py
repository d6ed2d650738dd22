"""The exact counts as tables of a statement: what is stored plus the ledger."""

from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    FromClause,
    TableClause,
    Uuid,
    cast,
    column,
    select,
    table,
    union_all,
)

from genonaut.counting.declaration import CachedCount


@cache
def exact(count: CachedCount, key: Any, category: Any, *, spread: bool) -> FromClause:  # noqa: ANN401
    """The view of a count's exact numbers, whose columns have these types.

    Where items are spread, it is the rows that the view adds up, several of a key, and the
    statement adds them up: what it asks of them is looked for in each part then. The view itself
    would be read as a whole.
    """
    keys, categories = (one.stored_as or one.column for one in (count.key, count.category))

    def named(name: str, number: str, *others: Any) -> TableClause:  # noqa: ANN401
        columns = column(keys, key), column(categories, category), column(number, BigInteger)
        return table(name, *columns, *others)

    if not spread:
        return named(f"{count.name}_counts", count.count)
    stored = named(count.table, count.count, column("home", Uuid))
    ledger = named(f"{count.name}_deltas", "delta", column("home", Uuid))
    delta = ledger.c.delta.label(count.count)
    rows = select(ledger.c[keys], ledger.c[categories], delta, ledger.c.home)
    parts = [select(stored), rows.where(ledger.c[keys].is_not(None)) if count.total else rows]
    if count.total:
        nothing = cast(None, key).label(keys)
        parts.append(select(nothing, ledger.c[categories], delta, ledger.c.home))
    return union_all(*parts).subquery(f"{count.name}_rows")
