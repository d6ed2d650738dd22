"""Imports under names: each is listed, and can be undone as a whole."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import DBAPIError

from genonaut.db.named_sql import named_sql
from genonaut.db.spread import together
from genonaut.errors import NotFoundError
from genonaut.ingest.records import printable

_LONGEST_BASE: Final = 64  # of 80: a number may follow
_LONGEST_SOURCES: Final = 1000
# As the function item_fingerprint(item) has it, which wants a whole row of the table: where items
# are spread, each machine has tables of its own.
_FINGERPRINT: Final = """
    sha256(convert_to(concat_ws(
        chr(31), item.creator_id, item.visibility, item.title, item.content_type, item.prompt,
        item.quality_score, item.item_metadata,
        (SELECT string_agg(tag_id::text, ',' ORDER BY tag_id) FROM content_tags AS carried
         WHERE carried.content_id = item.id AND carried.source_type = item.source_type
           AND carried.creator_id = item.creator_id)
    ), 'UTF8'))"""
_SQL: Final = {
    name: text(statement.text.replace("FINGERPRINT", _FINGERPRINT.strip()))
    for name, statement in named_sql(__package__, "imports.sql").items()
}


@dataclass(slots=True)
class RunningImport:
    """An import that is being made; afterwards it has a name, if it has added something."""

    id: int
    name: str | None = None


@contextmanager
def running_import(
    connection: Connection, paths: Sequence[Path], wanted: str | None = None
) -> Iterator[RunningImport]:
    """A new import, named as `wanted`, or like the first path; a number follows if that is taken.

    One that fails is kept if it has added something; one that is killed has no end.
    """
    running = RunningImport(_begin(connection, paths, wanted))
    try:
        yield running
    except BaseException:
        with suppress(DBAPIError):
            connection.rollback()
            _forget_empty(connection, running)
        raise
    connection.execute(_SQL["end"], {"import_id": running.id})
    _forget_empty(connection, running)


def _begin(connection: Connection, paths: Sequence[Path], wanted: str | None) -> int:
    base = printable(Path(wanted or paths[0].resolve().name))[:_LONGEST_BASE]
    sources = ", ".join(map(printable, paths))[:_LONGEST_SOURCES]
    while True:
        taken = set(connection.execute(_SQL["taken_names"], {"name": base}).scalars())
        names = [base, *(f"{base}-{number}" for number in range(2, len(taken) + 3))]
        name = next(each for each in names if each not in taken)
        number = connection.execute(_SQL["begin"], {"name": name, "sources": sources}).scalar()
        connection.commit()
        if number is not None:  # else another import was faster
            return int(number)


def _forget_empty(connection: Connection, running: RunningImport) -> None:
    given = {"import_id": running.id}
    connection.execute(_SQL["forget_empty"], given)
    running.name = connection.execute(_SQL["name"], given).scalar()
    connection.commit()


def record_items(connection: Connection, import_id: int | None) -> None:
    """Record the items of the staged batch that were added as those of an import, if there is one.

    Their tags have to be there already.
    """
    if import_id is not None:
        connection.execute(_SQL["record"], {"import_id": import_id})


def list_imports(connection: Connection) -> Sequence[Row[Any]]:
    """Every import, the newest first, with the numbers of its items."""
    return connection.execute(_SQL["list"]).all()


def find_import(connection: Connection, wanted: str) -> Row[Any]:
    """An import by its name or its number.

    Raises:
        NotFoundError: there is none.
    """
    found = connection.execute(_SQL["find"], {"wanted": wanted}).first()
    if found is None:
        raise NotFoundError(f"There is no import {wanted!r}: see `genonaut imports list`.")
    return found


def contents_of(connection: Connection, import_id: int) -> Row[Any]:
    """How many items an import has added, are there, and have changed, and their files."""
    return connection.execute(_SQL["contents"], {"import_id": import_id}).one()


def creators_of(connection: Connection, import_id: int) -> list[dict[str, Any]]:
    """Whose items they are: those with the most."""
    rows = connection.execute(_SQL["creators"], {"import_id": import_id})
    return [dict(row) for row in rows.mappings()]


def remove_items(connection: Connection, import_id: int) -> dict[str | None, int]:
    """Delete the items of an import that have not changed since; how many, by their files' names.

    None is the name for those without a file. Does not commit.
    """
    given = {"import_id": import_id}
    items = _owned(connection, "items", import_id)
    for creators in together(connection, set(items.values())):
        connection.execute(_SQL["hold"], {"ids": list(items), "creators": creators})
    same = _owned(connection, "unchanged", import_id)
    these = {"ids": list(same), "creators": list(set(same.values()))}
    removed = {row.name: row.items for row in connection.execute(_SQL["remove"], these)}
    connection.execute(_SQL["forget_items"], given)
    connection.execute(_SQL["forget_empty"], given)
    return removed


def _owned(connection: Connection, statement: str, import_id: int) -> dict[int, UUID]:
    rows = connection.execute(_SQL[statement], {"import_id": import_id})
    return {row.id: row.creator_id for row in rows}
