"""The lines of an exported folder: of any length, damaged or not, checked before they are used."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, Generic, TypeVar

from genonaut.archive.layout import LONGEST_LINE, open_plain
from genonaut.content.rules import InvalidValueError, check_storable
from genonaut.ingest.records import Reject, printable

Made = TypeVar("Made")
_SHOWN: Final = 1_000  # bytes of a line that is no text
# What PostgreSQL stores of a number, by a good margin.
_MOST_DIGITS: Final = 10_000
_LARGEST_POWER: Final = 100_000


@dataclass(frozen=True, slots=True)
class Line(Generic[Made]):
    """What a line was made into, where it stands, and the line itself."""

    number: int
    text: str
    made: Made


class ExportedLines(Generic[Made]):
    """One of the files of an export. `position` is how many of its bytes have been read."""

    def __init__(self, folder: Path, name: str, make: Callable[[dict[str, Any]], Made]) -> None:
        """`make` turns a line's object into a value, or raises InvalidValueError."""
        self.size = (folder / name).lstat().st_size if (folder / name).exists() else 0
        self.position = 0
        self.lines = 0
        self._folder = folder
        self._file_name = name
        self._name = f"{printable(folder)}/{name}"
        self._make = make

    def __iter__(self) -> Iterator[Line[Made] | Reject]:
        """Every line, or why it cannot be used.

        Raises:
            UnreadableInputError: there is no such file.
        """
        with open_plain(self._folder, self._file_name) as file:
            while raw := file.readline(LONGEST_LINE):
                self.lines += 1
                if is_cut := not raw.endswith(b"\n"):
                    raw = raw[:_SHOWN]
                    _skip_rest(file)
                self.position = file.tell()
                yield self._line(raw, is_cut=is_cut)

    def _line(self, raw: bytes, *, is_cut: bool) -> Line[Made] | Reject:
        if is_cut:
            reason = f"the line is cut off, or longer than {LONGEST_LINE >> 20} MB"
            return self._reject(raw, reason)
        try:
            text = raw.rstrip(b"\r\n").decode()
            return Line(self.lines, text, self._make(parse_object(text)))
        except UnicodeDecodeError:
            return self._reject(raw, "the line is not UTF-8")
        except InvalidValueError as error:
            return self._reject(raw, str(error))

    def _reject(self, raw: bytes, reason: str) -> Reject:
        shown = raw.rstrip(b"\n").decode(errors="backslashreplace")
        return Reject(self._name, self.lines, reason, shown)


def _skip_rest(file: BinaryIO) -> None:
    while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
        pass


def parse_object(line: str) -> dict[str, Any]:
    """A line's JSON object. Its numbers are text: PostgreSQL reads them from the line itself."""
    try:
        value = _JSON.decode(line)
    except json.JSONDecodeError as error:
        raise InvalidValueError(f"the line is not valid JSON: {error.msg}") from error
    except RecursionError as error:
        raise InvalidValueError("the line is nested too deeply") from error
    if not isinstance(value, dict):
        raise InvalidValueError("the line is not a JSON object")
    check_storable(value, "the line")
    return value


class Number(str):
    """A number as it is written."""

    __slots__ = ()


def _number(written: str) -> Number:
    mantissa, _, power = written.lower().partition("e")
    if len(mantissa) > _MOST_DIGITS or len(power) > 7 or abs(int(power or 0)) > _LARGEST_POWER:  # noqa: PLR2004 - of _LARGEST_POWER
        raise InvalidValueError("the line has a number that is too long")
    return Number(written)


def _constant(written: str) -> None:
    raise InvalidValueError(f"{written} is not valid JSON")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidValueError("the line has a name twice in one object")
    return found


_JSON: Final = json.JSONDecoder(
    parse_float=_number, parse_int=_number, parse_constant=_constant, object_pairs_hook=_members
)
