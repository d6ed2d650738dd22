"""`genonaut import --dry-run`: everything is read, and nothing is written.

The same readers find the same rows and rejects. Only where an import would write, this compares
with what is there.
"""

from collections.abc import Sequence
from typing import BinaryIO, Final

from sqlalchemy import Connection

from genonaut.db.named_sql import named_sql
from genonaut.ingest.loader import Loaded
from genonaut.ingest.records import Reject
from genonaut.ingest.rejects import Rejects
from genonaut.ingest.report import FileReport
from genonaut.ingest.rows import ImportRow
from genonaut.library.registry import find_served
from genonaut.library.roots import Library
from genonaut.library.scaling import Shape, scaled
from genonaut.library.thumbnails import WIDTHS, Thumbnails, read_whole

_SQL: Final = named_sql(__package__, "rehearsal.sql")
Key = tuple[str, ...]
"""What is unique among items: import key, source and creator."""


class CountedRejects(Rejects):
    """Rejects that are counted, and written to no file."""

    def set_aside(self, source: object, reject: Reject, report: FileReport) -> None:  # noqa: ARG002
        report.reasons[reject.reason] += 1


class NoThumbnails(Thumbnails):
    """Decodes an image as thumbnails need it, and keeps none."""

    def make(self, file: BinaryIO, digest: bytes) -> Shape:  # noqa: ARG002
        return scaled(read_whole(file), WIDTHS[:1], self.most_pixels)[0]


class Rehearsal:
    """What has come so far: a row that comes twice would be added once."""

    def __init__(self) -> None:
        self._keys = set[Key]()
        self._tags = set[str]()

    def load(self, connection: Connection, rows: Sequence[ImportRow], library: Library) -> Loaded:
        """What `load_batch` would have added."""
        if not rows:
            return Loaded()
        new = self._new_rows(connection, rows)
        tags = {tag for row in new for tag in row.tags} - self._tags
        known = connection.execute(_SQL["known_tags"], {"names": list(tags)}).scalars()
        new_tags = tags - set(known)
        self._tags |= tags
        files = {row.file.name: row.file for row in rows if row.file}
        served = find_served(connection, library, files)
        replaced = sum(served[name].sha256 != files[name].sha256 for name in served)
        connection.rollback()
        return Loaded(len(new), len(new_tags), replaced)

    def _new_rows(self, connection: Connection, rows: Sequence[ImportRow]) -> list[ImportRow]:
        wanted = {(row.import_key, row.source, row.creator): row for row in reversed(rows)}
        given = {"keys": [key for key, *_ in wanted]}
        known: set[Key] = {tuple(row) for row in connection.execute(_SQL["known_keys"], given)}
        new = wanted.keys() - known - self._keys
        self._keys |= new
        return [wanted[key] for key in new]
