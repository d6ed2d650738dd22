"""How a table separates its columns: as its first line shows, and with Excel's peculiarities."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from itertools import chain

from genonaut.ingest.text import LONGEST_RECORD

_DELIMITERS = (",", ";", "\t", "|")
# Excel can begin a file with this line.
_EXCELS_LINE = re.compile(r'"?sep=([^\w\s"]|\t)"?', re.IGNORECASE)
_WITH_DECIMALS = ("quality_score", "created_at")
_DECIMAL_COMMA = re.compile(r"\s*-?\d{1,18},\d{1,18}\s*")


def dialect(
    lines: Iterable[str], usual: str, expected: AbstractSet[str]
) -> tuple[str, Iterator[str]]:
    """The delimiter of a table, and its lines; Excel's own is an empty one.

    The delimiter is the usual one, unless only another shows a column that is `expected`.
    """
    rest = iter(lines)
    read: list[str] = []
    for line in rest:
        read.append(line)
        if line.strip():
            break
    header = read[-1] if read else ""
    if found := _EXCELS_LINE.fullmatch(header.strip(" \r\n")):
        return found[1], chain([*read[:-1], "\n"], rest)
    delimiters = (each for each in (usual, *_DELIMITERS) if expected & _names(header, each))
    return next(delimiters, usual), chain(read, rest)


def with_decimal_points(fields: Mapping[str, str]) -> dict[str, str]:
    """Fields of a table with semicolons, in whose country decimals have commas."""
    return {
        name: value.replace(",", ".")
        if name in _WITH_DECIMALS and _DECIMAL_COMMA.fullmatch(value)
        else value
        for name, value in fields.items()
    }


def _names(header: str, delimiter: str) -> set[str]:
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_RECORD))
    names = next(csv.reader([header], delimiter=delimiter), [])
    return {name.strip().lower() for name in names}
