"""`genonaut import`: from paths to items; good rows go in, bad rows are set aside."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from genonaut.content.rules import InvalidValueError
from genonaut.errors import UnreadableInputError
from genonaut.ingest.loader import load_batch
from genonaut.ingest.records import Record, Reject, Source, printable
from genonaut.ingest.rejects import Rejects
from genonaut.ingest.report import FileReport, ImportReport
from genonaut.ingest.rows import Defaults, ImportRow, parse_row
from genonaut.ingest.sources import open_source

BATCH_ROWS = 5_000
# Rows can be large: no more than this much of a file is in memory at once.
BATCH_BYTES = 32 << 20

OnProgress = Callable[[int, int], None]
"""Called with the bytes read and the bytes in all."""


def import_paths(
    connection: Connection,
    paths: Sequence[Path],
    *,
    defaults: Defaults | None = None,
    encoding: str | None = None,
    rejects: Path | None = None,
    on_progress: OnProgress = lambda _read, _in_all: None,
) -> ImportReport:
    """Import every path; one that cannot be read does not keep the others from it.

    Commits after every batch. What is there already is not added again, so an import that was
    interrupted is completed by running it once more.

    Raises:
        UsageError: the encoding does not exist, or a rejects file cannot be written.
        DBAPIError: the database cannot be used.
    """
    imports = [_prepared(path, encoding) for path in paths]
    in_all = sum(each.source.size for each in imports if each.source)
    read = 0
    with Rejects(paths, rejects) as rejects_files:
        for each in imports:
            for batch in each.batches(defaults or Defaults(), rejects_files):
                each.load(connection, batch)
                on_progress(read + each.position, in_all)
            read += each.position
    return ImportReport([each.report for each in imports])


@dataclass(slots=True)
class _Import:
    """One path on its way in. Without a source, the report has the error."""

    path: Path
    source: Source | None
    report: FileReport

    @property
    def position(self) -> int:
        return self.source.position if self.source else 0

    def batches(self, defaults: Defaults, rejects: Rejects) -> Iterator[list[ImportRow]]:
        batch: list[ImportRow] = []
        start = 0
        for row in self._rows(defaults, rejects):
            batch.append(row)
            if len(batch) == BATCH_ROWS or self.position - start >= BATCH_BYTES:
                yield batch
                batch, start = [], self.position
        yield batch

    def load(self, connection: Connection, batch: Sequence[ImportRow]) -> None:
        loaded = load_batch(connection, batch)
        self.report.added += loaded.items
        self.report.already_there += len(batch) - loaded.items
        self.report.new_tags += loaded.tags

    def _rows(self, defaults: Defaults, rejects: Rejects) -> Iterator[ImportRow]:
        """The good rows. A file that fails half-way simply ends there, with an error."""
        try:
            for item in self.source or ():
                row = _row_or_reject(item, defaults)
                if isinstance(row, ImportRow):
                    yield row
                else:
                    self._set_aside(row, rejects)
        except (UnreadableInputError, OSError) as error:
            self.report.error = _sentence(self.path, error)

    def _set_aside(self, reject: Reject, rejects: Rejects) -> None:
        rejects.write(self.path, reject)
        self.report.rejects_file = printable(rejects.path_for(self.path))
        self.report.reasons[reject.reason] += 1


def _prepared(path: Path, encoding: str | None) -> _Import:
    report = FileReport(printable(path))
    try:
        return _Import(path, open_source(path, encoding), report)
    except (UnreadableInputError, OSError) as error:
        report.error = _sentence(path, error)
        return _Import(path, None, report)


def _row_or_reject(item: Record | Reject, defaults: Defaults) -> ImportRow | Reject:
    if isinstance(item, Reject):
        return item
    try:
        return parse_row(item, defaults)
    except InvalidValueError as error:
        return item.reject(str(error))


def _sentence(path: Path, error: UnreadableInputError | OSError) -> str:
    if isinstance(error, UnreadableInputError):
        return str(error)
    return f"{printable(path)} cannot be read: {error.strerror or error}."
