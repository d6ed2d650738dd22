"""`genonaut import`: from paths to items. Good rows are stored, bad rows are set aside."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from genonaut.content.rules import InvalidValueError
from genonaut.errors import UnreadableInputError
from genonaut.ingest.intake import Intake, PictureOptions
from genonaut.ingest.loader import Loaded, load_batch
from genonaut.ingest.records import Passed, Record, Reject, Source, printable
from genonaut.ingest.rehearsal import CountedRejects, NoThumbnails, Rehearsal
from genonaut.ingest.rejects import Rejects
from genonaut.ingest.report import FileReport, ImportReport
from genonaut.ingest.rows import Defaults, ImportRow, parse_row
from genonaut.ingest.sources import open_source
from genonaut.library.roots import Library

BATCH_ROWS = 5_000
# A picture takes longer than a row and has more metadata: the first are soon to be seen.
BATCH_PICTURES = 500
# Rows can be large: at most this much of a file is in memory at once.
BATCH_BYTES = 32 << 20

OnProgress = Callable[[int, int], None]
"""Called with the bytes read so far and the bytes in total."""


Load = Callable[[Connection, Sequence[ImportRow], Library], Loaded]
"""Stores a batch of rows."""


def import_paths(
    connection: Connection,
    paths: Sequence[Path],
    *,
    library: Library,
    defaults: Defaults | None = None,
    pictures: PictureOptions | None = None,
    encoding: str | None = None,
    rejects: Path | None = None,
    import_id: int | None = None,
    on_progress: OnProgress = lambda _read, _total: None,
) -> ImportReport:
    """Import every path; one that cannot be read does not stop the others.

    Commits after every batch. Items that exist already are skipped, so an interrupted import is
    completed by running it again. `import_id` is the import whose items they become.

    Raises:
        UsageError: the encoding is unknown, a rejects file cannot be written, or pictures cannot be
            taken in as asked for.
        DBAPIError: the database cannot be used.
    """
    defaults = defaults or Defaults()
    with (
        Rejects(paths, rejects) as rejects_files,
        Intake(connection, library, defaults, pictures or PictureOptions()) as intake,
    ):
        load = partial(load_batch, import_id=import_id)
        work = _Work(intake, defaults, rejects_files, load, on_progress)
        return work.run(paths, encoding)


def rehearse_paths(
    connection: Connection,
    paths: Sequence[Path],
    *,
    library: Library,
    defaults: Defaults,
    pictures: PictureOptions,
    encoding: str | None = None,
    on_progress: OnProgress = lambda _read, _total: None,
) -> ImportReport:
    """What `import_paths` would report now; nothing is written.

    Raises:
        UsageError: as there.
        DBAPIError: as there.
    """
    thumbnails = NoThumbnails(library.folder, library.most_pixels)
    with (
        CountedRejects([]) as rejects,
        Intake(connection, library, defaults, pictures, rehearsal=thumbnails) as intake,
    ):
        return _Work(intake, defaults, rejects, Rehearsal().load, on_progress).run(paths, encoding)


@dataclass(frozen=True, slots=True)
class _Work:
    """What is the same for all paths."""

    intake: Intake
    defaults: Defaults
    rejects: Rejects
    load: Load
    on_progress: OnProgress

    def run(self, paths: Sequence[Path], encoding: str | None) -> ImportReport:
        imports = [_opened(path, self.intake, encoding) for path in paths]
        total = sum(each.source.size for each in imports if each.source)
        read = 0
        for each in imports:
            for batch in each.batches(self.defaults, self.rejects):
                each.count(batch, self.load(self.intake.connection, batch, self.intake.library))
                self.on_progress(read + each.position, total)
            read += each.position
        return ImportReport([each.report for each in imports])


@dataclass(slots=True)
class _Import:
    """One path that is imported. If it could not be opened, the report has the error."""

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
            most = BATCH_PICTURES if row.file else BATCH_ROWS
            if len(batch) == most or self.position - start >= BATCH_BYTES:
                yield batch
                batch, start = [], self.position
        yield batch

    def count(self, batch: Sequence[ImportRow], loaded: Loaded) -> None:
        self.report.added += loaded.items
        self.report.already_there += len(batch) - loaded.items
        self.report.new_tags += loaded.tags
        self.report.changed += loaded.replaced

    def _rows(self, defaults: Defaults, rejects: Rejects) -> Iterator[ImportRow]:
        """The good rows. If reading fails half-way, they end there and the report has the error."""
        try:
            for item in self.source or ():
                row = _row_or_reject(item, defaults)
                if isinstance(row, ImportRow):
                    yield row
                elif isinstance(row, Passed):
                    self.report.already_there += row.already_there
                    self.report.skipped.update(row.skipped)
                else:
                    rejects.set_aside(self.path, row, self.report)
        except (UnreadableInputError, OSError) as error:
            self.report.error = _explanation(self.path, error)


def _opened(path: Path, intake: Intake, encoding: str | None) -> _Import:
    report = FileReport(printable(path))
    try:
        return _Import(path, open_source(path, intake, encoding), report)
    except (UnreadableInputError, OSError) as error:
        report.error = _explanation(path, error)
        return _Import(path, None, report)


def _row_or_reject(
    item: Record | ImportRow | Reject | Passed, defaults: Defaults
) -> ImportRow | Reject | Passed:
    if not isinstance(item, Record):
        return item
    try:
        return parse_row(item, defaults)
    except InvalidValueError as error:
        return item.reject(str(error))


def _explanation(path: Path, error: UnreadableInputError | OSError) -> str:
    if isinstance(error, UnreadableInputError):
        return str(error)
    return f"{printable(path)} cannot be read: {error.strerror or error}."
