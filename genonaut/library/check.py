"""Comparing the files with what the database knows of them, and setting right what differs."""

import hashlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from sqlalchemy import Connection, Row

from genonaut.db.named_sql import named_sql
from genonaut.db.spread import is_spread
from genonaut.embedded.locks import FolderLock
from genonaut.errors import ConflictError
from genonaut.library.files import ImageFile, modified_ns, open_below
from genonaut.library.registry import find_served, keep_likenesses
from genonaut.library.roots import COPIES, Library
from genonaut.library.store import FILES, clear_incoming

if TYPE_CHECKING:
    import io

_SQL = named_sql(__package__, "check.sql")
# An upload or an import has its file before its item.
_YOUNG_SECONDS: Final = 3600
_ROWS: Final = 5_000


@dataclass(slots=True)
class Findings:
    """Names of files, by what is wrong with them; `found` were missing and are there again.

    `unused` are files that no item names, `stray` are copies that the database does not know.
    """

    files: int = 0
    missing: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    stray: list[str] = field(default_factory=list)
    without_thumbnail: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> dict[str, list[str]]:
        """Everything but the number of files."""
        kinds = ("missing", "changed", "found", "unused", "stray", "without_thumbnail")
        return {kind: getattr(self, kind) for kind in kinds}

    @property
    def all_well(self) -> bool:
        """Whether nothing is wrong."""
        return not any(self.wrong.values())


def check(connection: Connection, library: Library) -> Findings:
    """Look at every file. A file whose time differs is read, to say whether its bytes do."""
    findings = Findings()
    roots = library.roots(connection)
    known = set[str]()
    for row in _files(connection):
        findings.files += 1
        known.add(row.name)
        _examine(findings, library, roots, row)
    findings.stray += sorted(set(_copies(library)) - known)
    return findings


def _files(connection: Connection) -> Iterator[Row[Any]]:
    if not is_spread(connection):
        yield from connection.execute(_SQL["files"])
        return
    names = [""]
    while names:
        given = {"after": names[-1], "rows": _ROWS}
        names = list(connection.execute(_SQL["names"], given).scalars())
        yield from connection.execute(_SQL["files_of"], {"names": names})


def _examine(
    findings: Findings, library: Library, roots: Mapping[str, Path], row: Row[Any]
) -> None:
    if row.is_unused:
        findings.unused.append(row.name)
        return
    folder = roots.get(row.root)
    found = open_below(folder, row.name.partition("/")[2]) if folder else None
    if found is None:
        findings.missing.append(row.name)
        return
    with found.file:
        if _has_changed(row, found):
            findings.changed.append(row.name)
        elif row.is_missing:
            findings.found.append(row.name)
    if not (row.is_compared and library.thumbnails.exist(row.sha256)):
        findings.without_thumbnail.append(row.name)


def _has_changed(row: Row[Any], found: ImageFile) -> bool:
    if found.about.st_size != row.bytes:
        return True
    # A copy has its content in its name, and a time of its own.
    if row.root == COPIES or modified_ns(found.about) == row.modified_ns:
        return False
    digest = hashlib.file_digest(cast("io.BufferedReader", found.file), "sha256").digest()
    return digest != bytes(row.sha256)


def _copies(library: Library) -> Iterator[str]:
    """The copied files that are there, but for those that a running import has just written."""
    folder = library.folder / FILES
    youngest = time.time() - (_YOUNG_SECONDS if _is_being_filled(folder) else 0)
    for path in folder.glob("*/*"):
        if path.stat().st_mtime <= youngest:
            yield f"{COPIES}/{path.relative_to(library.folder)}"


def _is_being_filled(folder: Path) -> bool:
    if not folder.exists():
        return False
    with FolderLock(folder) as lock:
        return not lock.try_exclusive()


def repair(connection: Connection, library: Library, findings: Findings) -> None:
    """Set right what was found: marks, forgotten files, copies without items, thumbnails.

    What kills left unfinished, no item and no page ever names: it is removed without being found.
    A file in place is never touched. What changed stays as it is until it is imported again.

    Raises:
        ConflictError: an import is running.
    """
    clear_incoming(library.folder)
    library.thumbnails.clear_unfinished()
    if findings.all_well:
        return
    (library.folder / FILES).mkdir(parents=True, exist_ok=True)
    with FolderLock(library.folder / FILES) as files:
        if not files.try_exclusive():
            raise ConflictError("An import is running: run this again when it is done.")
        connection.execute(_SQL["miss"], {"names": findings.missing})
        connection.execute(_SQL["find"], {"names": findings.found})
        gone = connection.execute(_SQL["forget"], {"names": findings.unused}).scalars().all()
        connection.commit()
        for name in [*gone, *_still_stray(connection, library, findings.stray)]:
            _remove_copy(library, name)
    _make_thumbnails(connection, library, findings.without_thumbnail)


def _still_stray(connection: Connection, library: Library, names: list[str]) -> list[str]:
    return sorted(set(names) - find_served(connection, library, names).keys())


def _remove_copy(library: Library, name: str) -> None:
    root, _, relative = name.partition("/")
    path = library.folder / relative
    if root == COPIES and path.exists() and time.time() - path.stat().st_mtime > _YOUNG_SECONDS:
        path.unlink()


def _make_thumbnails(connection: Connection, library: Library, names: list[str]) -> None:
    for served in find_served(connection, library, names).values():
        if found := served.open():
            with found.file:
                shape = library.thumbnails.make(found.file, served.sha256)
            keep_likenesses(connection, {served.sha256: shape.likeness})
            connection.commit()
