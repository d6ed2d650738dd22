"""`genonaut export`: the gallery as a folder, on one snapshot, with flat memory."""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row

from genonaut.archive.copying import copy_out
from genonaut.archive.layout import (
    FILES,
    HEADER,
    ITEMS,
    LONGEST_LINE,
    TAGS,
    UNFINISHED,
    USERS,
    Header,
)
from genonaut.content.rules import ABSOLUTE
from genonaut.db.named_sql import named_sql
from genonaut.errors import GenonautError, UsageError
from genonaut.library.roots import Library
from genonaut.library.store import sync_folder

OnProgress = Callable[[int, int], None]
_SQL = named_sql(__package__, "export.sql")
_AT_ONCE: Final = 1_000
_NAMED: Final = 5  # files whose names are kept for the report


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which items: of one creator, of one partition (`items` or `auto`); and whether with files."""

    creator: UUID | None = None
    partition: str | None = None
    with_files: bool = True


@dataclass(slots=True)
class Exported:
    """Numbers of what was written, and what could not be, by reason with a few names."""

    users: int = 0
    tags: int = 0
    items: int = 0
    files: int = 0
    problems: Counter[str] = field(default_factory=Counter)
    names: dict[str, list[str]] = field(default_factory=dict)

    def miss(self, reason: str, name: str) -> None:
        """Count what could not be written."""
        self.problems[reason] += 1
        names = self.names.setdefault(reason, [])
        if len(names) < _NAMED:
            names.append(name)

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        numbers = {name: getattr(self, name) for name in ("items", "users", "tags", "files")}
        return numbers | {"problems": dict(self.problems), "names": self.names}


def export(
    connection: Connection,
    library: Library,
    folder: Path,
    chosen: Chosen,
    on_progress: OnProgress = lambda _done, _total: None,
) -> Exported:
    """Write what was chosen to a folder that is new or empty. `export.json` is written last.

    The connection's transaction has to be one snapshot.

    Raises:
        UsageError: the folder is not empty, or cannot be written to.
        GenonautError: writing failed half-way.
    """
    _begin(folder)
    try:
        return _Writer(connection, library, folder, chosen, on_progress).write()
    except OSError as error:
        raise GenonautError(
            f"The export stopped ({error.strerror}): remove what is in the folder, and export "
            "again, perhaps to another disk."
        ) from error


def _begin(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsageError("The folder is not empty: choose a new one, or remove what is in it.")
        (folder / UNFINISHED).touch(exist_ok=False)
    except OSError as error:
        raise UsageError(
            f"The folder cannot be written to ({error.strerror}): choose another one."
        ) from error


class _Writer:
    def __init__(
        self,
        connection: Connection,
        library: Library,
        folder: Path,
        chosen: Chosen,
        on_progress: OnProgress,
    ) -> None:
        self._connection = connection.execution_options(stream_results=True, yield_per=_AT_ONCE)
        self._library = library
        self._folder = folder
        self._with_files = chosen.with_files
        self._given = {"creator": chosen.creator, "partition": chosen.partition}
        self._on_progress = on_progress
        self._done = 0
        self._exported = Exported()

    def write(self) -> Exported:
        started = datetime.now(UTC).isoformat()
        found = self._connection.execute(_SQL["counts"], self._given).one()
        self._total = found.items + (found.files if self._with_files else 0)
        done = self._exported
        done.users = self._write_lines(USERS, (row.line for row in self._rows("users")))
        done.tags = self._write_lines(TAGS, (row.line for row in self._rows("tags")))
        if self._with_files:
            self._copy_files()
        done.items = self._write_lines(ITEMS, self._items())
        header = Header(done.users, done.tags, done.items, done.files, started)
        self._finish(json.dumps(header.as_json(), indent=2) + "\n")
        return done

    def _rows(self, name: str, **given: object) -> Iterator[Row[Any]]:
        yield from self._connection.execute(_SQL[name], self._given | given)

    def _copy_files(self) -> None:
        roots = self._library.roots(self._connection)
        for row in self._rows("files"):
            target = self._folder / FILES / row.name
            reason = copy_out(roots.get(row.root), row.name, bytes(row.sha256), target)
            if reason:
                self._exported.miss(reason, row.name)
            else:
                self._exported.files += 1
            self._advance()

    def _items(self) -> Iterator[str]:
        for row in self._rows("items", absolute=ABSOLUTE):
            line = row.line
            if row.name is not None:
                exported = self._with_files and (self._folder / FILES / row.name).exists()
                about = _with_member(row.file, "exported", json.dumps(exported))
                line = _with_member(line, "file", about)
            yield line
            self._advance()

    def _write_lines(self, name: str, lines: Iterator[str]) -> int:
        written = 0
        with (self._folder / name).open("wb") as file:
            for line in lines:
                encoded = line.encode()
                if len(encoded) >= LONGEST_LINE:
                    self._exported.miss(f"longer than {LONGEST_LINE >> 20} MB", line[:60])
                    continue
                file.write(encoded + b"\n")
                written += 1
            file.flush()
            os.fsync(file.fileno())
        return written

    def _finish(self, header: str) -> None:
        part = self._folder / UNFINISHED
        with part.open("w", encoding="utf-8") as file:
            file.write(header)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(self._folder)
        part.rename(self._folder / HEADER)
        sync_folder(self._folder)

    def _advance(self) -> None:
        self._done += 1
        if self._done % _AT_ONCE == 0 or self._with_files:
            self._on_progress(self._done, max(self._total, self._done))


def _with_member(document: str, name: str, value: str) -> str:
    """A JSON object, as text, with one more member."""
    return f'{document[:-1]}, "{name}" : {value}}}'
