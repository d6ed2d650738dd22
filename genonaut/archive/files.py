"""The files of a batch of lines: known already, brought in by a process, or missing."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from sqlalchemy import Connection

from genonaut.archive.copying import Incoming, bring_in
from genonaut.archive.reading import Line
from genonaut.archive.values import FileLine, ItemLine
from genonaut.ingest.pool import TakingPool
from genonaut.ingest.records import Reject
from genonaut.library.registry import KeptFile, find_served, is_there
from genonaut.library.roots import Library

Job = tuple[str, bytes, int]


class Files:
    """Brings the files of an export into the library."""

    def __init__(
        self, connection: Connection, library: Library, incoming: Incoming, pool: TakingPool
    ) -> None:
        self._connection = connection
        self._library = library
        self._work = partial(_bring, incoming)
        self._pool = pool

    def brought(self, lines: Iterable[Line[ItemLine]]) -> Iterator[Line[ItemLine] | Reject]:
        """The lines in order, whose files are kept by then; or why a file is not."""
        lines = list(lines)
        wanted = [line.made.file for line in lines if line.made.file]
        there = self._there(wanted)
        missing = {_job(file) for file in wanted if file.kept.name not in there}
        exported = dict.fromkeys(_job(file) for file in wanted if file.is_exported)
        results = dict(self._pool.each(self._work, (job for job in exported if job in missing)))
        for line in lines:
            yield _with(line, results)

    def _there(self, wanted: list[FileLine]) -> set[str]:
        """Names of files that need no work."""
        served = find_served(self._connection, self._library, {file.kept.name for file in wanted})
        self._connection.rollback()
        return {
            name
            for name, file in served.items()
            if is_there(file) and self._library.thumbnails.exist(file.sha256)
        }


def _job(file: FileLine) -> Job:
    return file.name, file.kept.sha256, file.kept.modified_ns


def _bring(incoming: Incoming, job: Job) -> KeptFile | str:
    return bring_in(incoming, *job)


def _with(line: Line[ItemLine], results: dict[Job, Any]) -> Line[ItemLine] | Reject:
    item = line.made
    if item.file is None:
        return line
    result = results.get(_job(item.file), item.file.kept)
    if isinstance(result, str):
        return Reject("", line.number, result, line.text)
    return Line(line.number, line.text, item.with_file(result))
