"""`genonaut import` of an exported folder: users, tags and items come back, with their files."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from genonaut.archive.batches import load_items, load_tags, load_users, make_room
from genonaut.archive.copying import Incoming
from genonaut.archive.files import Files
from genonaut.archive.layout import ITEMS, TAGS, USERS, Header, read_header
from genonaut.archive.reading import ExportedLines, Line
from genonaut.archive.values import ItemLine, item_line, tag_line, user_line
from genonaut.errors import UnreadableInputError, UsageError
from genonaut.ingest.pool import TakingPool
from genonaut.ingest.records import Reject, printable
from genonaut.ingest.rejects import Rejects
from genonaut.ingest.report import FileReport
from genonaut.library.roots import Library
from genonaut.library.store import Store, open_store

OnProgress = Callable[[int, int], None]
_BATCH_LINES: Final = 1_000
_BATCH_BYTES: Final = 8 << 20


def restore(
    connection: Connection,
    library: Library,
    folder: Path,
    rejects: Path | None = None,
    on_progress: OnProgress = lambda _read, _total: None,
    import_id: int | None = None,
) -> FileReport:
    """Add what is in an exported folder and not in the gallery, and commit after every batch.

    So one that was interrupted is completed by running it again. `import_id` is the import whose
    items they become.

    Raises:
        UsageError: a file cannot be written.
        DBAPIError: the database cannot be used.
    """
    report = FileReport(printable(folder))
    with Rejects([folder], rejects) as rejects_files, ExitStack() as stack:
        try:
            header = read_header(folder)
            make_room(connection, _largest_id(folder))
            files = _files(connection, library, folder, stack)
            work = _Restore(connection, folder, report, rejects_files, on_progress, import_id)
            work.run(header, files)
        except UnreadableInputError as error:
            report.error = str(error)
        except OSError as error:
            report.error = f"{report.file} cannot be read: {error.strerror}."
    return report


def _files(connection: Connection, library: Library, folder: Path, stack: ExitStack) -> Files:
    pool = TakingPool(library.processes)
    stack.callback(pool.close)
    incoming = Incoming(folder / "files", _store(library, stack), library.thumbnails)
    return Files(connection, library, incoming, pool)


def _store(library: Library, stack: ExitStack) -> Store:
    try:
        return stack.enter_context(open_store(library.folder))
    except OSError as error:
        raise UsageError(
            f"The library's folder cannot be written to ({error.strerror}): set `library.folder`."
        ) from error


def _largest_id(folder: Path) -> int:
    lines = ExportedLines(folder, ITEMS, item_line)
    return max((line.made.id for line in lines if isinstance(line, Line)), default=0)


class _Restore:
    def __init__(
        self,
        connection: Connection,
        folder: Path,
        report: FileReport,
        rejects: Rejects,
        on_progress: OnProgress,
        import_id: int | None,
    ) -> None:
        self._import_id = import_id
        self._connection = connection
        self._folder = folder
        self._report = report
        self._rejects = rejects
        self._on_progress = on_progress

    def run(self, header: Header, files: Files) -> None:
        users = ExportedLines(self._folder, USERS, user_line)
        for batch in self._batches(users):
            load_users(self._connection, batch)
        tags = ExportedLines(self._folder, TAGS, tag_line)
        for batch in self._batches(tags):
            self._report.new_tags += load_tags(self._connection, batch)
        items = ExportedLines(self._folder, ITEMS, item_line)
        for lines in self._batches(items):
            self._load_items(lines, files)
            self._on_progress(items.position, items.size)
        self._compare(USERS, users.lines, header.users)
        self._compare(TAGS, tags.lines, header.tags)
        self._compare(ITEMS, items.lines, header.items)

    def _load_items(self, lines: list[Line[ItemLine]], files: Files) -> None:
        good = []
        for line in files.brought(lines):
            if isinstance(line, Line):
                good.append(line)
            else:
                self._set_aside(self._at_its_line(line))
        added, new_tags = load_items(self._connection, good, self._import_id)
        self._report.added += added
        self._report.already_there += len(good) - added
        self._report.new_tags += new_tags

    def _batches(self, lines: ExportedLines[Any]) -> Iterator[list[Line[Any]]]:
        batch: list[Line[Any]] = []
        start = 0
        for line in lines:
            if isinstance(line, Reject):
                self._set_aside(line)
                continue
            batch.append(line)
            if len(batch) == _BATCH_LINES or lines.position - start >= _BATCH_BYTES:
                yield batch
                batch, start = [], lines.position
        if batch:
            yield batch

    def _at_its_line(self, reject: Reject) -> Reject:
        return Reject(f"{self._report.file}/{ITEMS}", reject.line, reject.reason, reject.raw)

    def _set_aside(self, reject: Reject) -> None:
        self._rejects.set_aside(self._folder, reject, self._report)

    def _compare(self, name: str, found: int, wanted: int) -> None:
        if found < wanted and self._report.error is None:
            self._report.error = (
                f"{self._report.file}/{name} has {found:,} lines, and should have {wanted:,}: "
                "copy the export again, and import it again."
            )
