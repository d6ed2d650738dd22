"""Files in place that went away: an item shows the same bytes elsewhere, or is without its file."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from genonaut.db.named_sql import named_sql
from genonaut.library.registry import find_served, is_there, relocate
from genonaut.library.roots import Library

_SQL = named_sql(__package__, "gone.sql") | named_sql(__package__, "check.sql")
PAGE_ROWS = 5_000


def known_files(connection: Connection, root: str, prefix: str) -> Iterator[Sequence[Row[Any]]]:
    """The files whose names begin so, in pages: name, size, time, and whether it is missing."""
    after = ""
    while True:
        given = {"root": root, "prefix": prefix, "after": after, "rows": PAGE_ROWS}
        page = connection.execute(_SQL["known"], given).all()
        connection.rollback()
        if not page:
            return
        yield page
        after = page[-1].name


def mark_gone(connection: Connection, library: Library, names: Sequence[str]) -> int:
    """These files are not there: how many items' files are newly missing.

    An item moves to another file with its bytes, as it does at an import. A file that no item
    names is forgotten.
    """
    pairs = connection.execute(_SQL["same_bytes"], {"names": list(names)}).all()
    given = {"old_names": [row.old_name for row in pairs]}
    given["new_names"] = [row.new_name for row in pairs]
    rows = connection.execute(_SQL["showing"], given).all() if pairs else []
    served = find_served(connection, library, {row.new_name for row in rows})
    relocate(connection, [row for row in rows if is_there(served.get(row.new_name))])
    connection.execute(_SQL["forget"], {"names": list(names)})
    return connection.execute(_SQL["miss"], {"names": list(names)}).rowcount


def mark_there(connection: Connection, names: Sequence[str]) -> None:
    """These files are there again, as they were."""
    connection.execute(_SQL["find"], {"names": list(names)})
