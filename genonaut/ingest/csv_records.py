"""CSV records with their line numbers; after a broken record, reading resumes at the next line.

A quote that is never closed would turn the rest of the file into one field. So a broken record is
rejected at its *first line only*, and the next line is tried as the start of a record.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from genonaut.ingest.text import LONGEST_RECORD


@dataclass(frozen=True, slots=True)
class CsvRecord:
    """Consecutive physical lines, with either their `values` or a `problem`."""

    line: int
    raw: str
    values: list[str] = field(default_factory=list)
    problem: str = ""


def csv_records(lines: Iterable[str], delimiter: str) -> Iterator[CsvRecord]:
    """The records of a table. The first is the header, and all others must be as wide.

    Empty lines are skipped. Needs memory for `LONGEST_RECORD` characters and, for any text, time
    proportional to its length times the number of columns.
    """
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_RECORD))
    ahead = _Lookahead(lines)
    width = None
    while ahead.has_more():
        line = ahead.line
        try:
            values = _parse(ahead, delimiter, width)
        except _BrokenRecordError as error:
            yield CsvRecord(line, ahead.take(1), problem=str(error))
            continue
        raw = ahead.take(ahead.peeked)
        if values:
            width = width or len(values)
            yield CsvRecord(line, raw, values)


class _BrokenRecordError(Exception):
    pass


def _parse(ahead: "_Lookahead", delimiter: str, width: int | None) -> list[str]:
    """The record that begins at the next line; no values for an empty line."""
    lines = _lines_of_record(ahead, delimiter, width)
    try:
        values = next(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise _BrokenRecordError("a quote closes in the middle of a field") from error
    if values and width and len(values) != width:
        raise _wrong_width(len(values), width)
    return values


def _lines_of_record(ahead: "_Lookahead", delimiter: str, width: int | None) -> Iterator[str]:
    """Lines as long as the csv module reads on, which it does only inside quotes."""
    characters = columns = 0
    for line in ahead.peek():
        characters += len(line)
        if characters >= LONGEST_RECORD:
            raise _BrokenRecordError(
                f"longer than {LONGEST_RECORD:,} characters, or a quote is never closed"
            )
        yield line
        # Without this, a text of nothing but `x","` would be read to the limit at every line.
        columns += _columns_started(line, delimiter, inside_quotes=columns > 0)
        if width and columns > width:
            raise _wrong_width(columns, width)
    raise _BrokenRecordError("a quote is never closed")


def _columns_started(line: str, delimiter: str, *, inside_quotes: bool) -> int:
    started = next(csv.reader(['"' + line if inside_quotes else line], delimiter=delimiter))
    return len(started) - inside_quotes


def _wrong_width(found: int, width: int) -> _BrokenRecordError:
    return _BrokenRecordError(f"{found} columns where the header has {width}")


class _Lookahead:
    """Lines that can be peeked at before they are taken."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._source = iter(lines)
        self._lines: list[str] = []
        self._taken = 0
        self.line = 1
        self.peeked = 0

    def has_more(self) -> bool:
        return next(self.peek(), None) is not None

    def peek(self) -> Iterator[str]:
        """The next lines, without taking them; `peeked` counts along."""
        self.peeked = 0
        while self._taken + self.peeked < len(self._lines) or self._read():
            self.peeked += 1
            yield self._lines[self._taken + self.peeked - 1]

    def take(self, count: int) -> str:
        """The next `count` lines as one text, without the last line end."""
        taken = "".join(self._lines[self._taken : self._taken + count])
        self._taken += count
        self.line += count
        if self._taken * 2 > len(self._lines):
            del self._lines[: self._taken]
            self._taken = 0
        return taken.rstrip("\r\n")

    def _read(self) -> bool:
        line = next(self._source, None)
        if line is not None:
            self._lines.append(line)
        return line is not None
