"""What a file is taken apart into, before it is validated."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from genonaut.content.rules import showable

if TYPE_CHECKING:
    from genonaut.ingest.rows import ImportRow

# A byte that is invalid in the file's encoding is decoded to U+DC00 plus its value.
UNDECODABLE = re.compile("[\udc00-\udcff]")


@dataclass(frozen=True, slots=True)
class Record:
    """One row as the file has it: values by lower-case column name."""

    file: str
    line: int | None
    fields: Mapping[str, object]
    raw: str = ""
    # Records with the same identity are the same item; without one, all values have to be equal.
    identity: str = ""
    # A picture may have none: its title says what it is.
    needs_prompt: bool = True

    def reject(self, reason: str) -> "Reject":
        """The same row as a reject."""
        return Reject(self.file, self.line, reason, self.raw)


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that cannot be imported, and why. `line` counts from 1; a picture has none."""

    file: str
    line: int | None
    reason: str
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Passed:
    """Files that were not read: known ones, and by their endings those that are no pictures."""

    already_there: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)


class Source(Protocol):
    """A file, or a folder of them, that can be read once from the start."""

    position: int
    """Bytes read so far."""

    size: int
    """Bytes in all."""

    def __iter__(self) -> "Iterator[Record | ImportRow | Reject | Passed]":
        """Its rows, in order.

        Raises:
            UnreadableInputError: it is not of the kind that its name says; no row was yielded.
            OSError: reading failed half-way.
        """
        ...


def storable(text: object) -> str:
    """Text (a path, or a line with undecodable bytes) as it can be stored."""
    marked = UNDECODABLE.sub(lambda mark: f"\\x{ord(mark[0]) - 0xDC00:02x}", str(text))
    return marked.encode(errors="backslashreplace").decode()


def printable(text: object) -> str:
    """The same as it can be shown, on one line: a file's name may have any character but two."""
    return showable(storable(text)).replace("\n", "\\n").replace("\t", "\\t")


def name_of(path: Path) -> str:
    """A path's last part, also for `.` and `..`."""
    return path.name if path.name not in {"", ".."} else path.resolve().name
