"""CSV records, each with its line; after a broken one, reading goes on at the next line.

A quote that is never closed would make everything after it one field. So a record that cannot be
is refused at its *first line only*, and the next line is tried as the start of a record.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from genonaut.ingest.text import LONGEST_RECORD


@dataclass(frozen=True, slots=True)
class CsvRecord:
    """Consecutive physical lines; either they are `values`, or there is a `problem`."""

    line: int
    raw: str
    values: list[str] = field(default_factory=list)
    problem: str = ""


def csv_records(lines: Iterable[str], delimiter: str) -> Iterator[CsvRecord]:
    """The records of a table. The first is its header, and all others must be as wide.

    Takes time in proportion to the text times the number of columns, whatever the text, and
    memory for `LONGEST_RECORD` characters. Empty lines are skipped.
    """
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_RECORD))
    ahead = _Lookahead(lines)
    width = None
    while ahead.has_more():
        try:
            values = _parse(ahead, delimiter, width)
        except _BrokenRecordError as error:
            yield CsvRecord(ahead.line, ahead.take(1), problem=str(error))
            continue
        start, raw = ahead.line, ahead.take(ahead.peeked)
        if values:
            width = width or len(values)
            yield CsvRecord(start, raw, values)


class _BrokenRecordError(Exception):
    pass


def _parse(ahead: "_Lookahead", delimiter: str, width: int | None) -> list[str]:
    """The record that begins at the next line; empty for an empty line."""
    try:
        values = next(csv.reader(_lines_of_record(ahead, delimiter, width), _Strict, delimiter))
    except csv.Error as error:
        raise _BrokenRecordError("a quote is closed in the middle of a field") from error
    if values and width is not None and len(values) != width:
        raise _BrokenRecordError(_wrong_width(len(values), width))
    return values
