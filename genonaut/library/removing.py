"""Removing the copies and thumbnails of files that no item uses any more."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Row

from genonaut.db.named_sql import named_sql
from genonaut.embedded.locks import FolderLock
from genonaut.errors import ConflictError
from genonaut.library.roots import COPIES, Library
from genonaut.library.store import FILES
from genonaut.library.thumbnails import WIDTHS

_SQL = named_sql(__package__, "check.sql")


@contextmanager
def emptying(library: Library) -> Iterator[None]:
    """Meanwhile no process adds a copy: it could be one of those that are removed.

    Raises:
        ConflictError: an import is running, or an upload.
    """
    folder = library.folder / FILES
    folder.mkdir(parents=True, exist_ok=True)
    with FolderLock(folder) as files:
        if not files.try_exclusive():
            raise ConflictError("An import is running: run this again when it is done.")
        yield


def forget_files(connection: Connection, names: Sequence[str]) -> Sequence[Row[Any]]:
    """Forget those of the files that no item uses, nor one whose deletion can be undone."""
    return connection.execute(_SQL["forget_files"], {"names": list(names)}).all()


def remove_files(connection: Connection, library: Library, forgotten: Sequence[Row[Any]]) -> int:
    """Remove the copies among forgotten files, after a commit; how many. A file in place stays.

    Their thumbnails go too, unless a file with the same bytes is left.
    """
    copies = [library.folder / file.name.partition("/")[2] for file in _copies(forgotten)]
    for copy in copies:
        copy.unlink(missing_ok=True)
    digests = {bytes(file.sha256) for file in forgotten}
    kept = connection.execute(_SQL["with_digests"], {"digests": list(digests)}).scalars()
    for digest in digests - {bytes(each) for each in kept}:
        for width in WIDTHS:
            library.thumbnails.path(digest, width).unlink(missing_ok=True)
    connection.rollback()
    return len(copies)


def _copies(files: Sequence[Row[Any]]) -> Iterator[Row[Any]]:
    return (file for file in files if file.root == COPIES)
