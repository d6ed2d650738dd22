"""What an exported folder is made of, and how one is recognised."""

import json
import os
import stat
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from genonaut.errors import UnreadableInputError
from genonaut.ingest.records import printable

FORMAT: Final = "genonaut-export"
VERSION: Final = 1
HEADER: Final = "export.json"
UNFINISHED: Final = "export.json.part"
USERS: Final = "users.jsonl"
TAGS: Final = "tags.jsonl"
ITEMS: Final = "items.jsonl"
FILES: Final = "files"
LONGEST_LINE: Final = 16 << 20
"""In bytes. The writer leaves out what the reader would refuse."""
_LONGEST_HEADER: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Header:
    """What `export.json` says: it is written last, so a folder that has it is complete."""

    users: int
    tags: int
    items: int
    files: int
    exported_at: str

    def as_json(self) -> dict[str, Any]:
        """As it is written."""
        return {"format": FORMAT, "version": VERSION, **asdict(self)}


def is_export(path: Path) -> bool:
    """Whether a path is an exported folder, complete or not."""
    return path.is_dir() and any(os.path.lexists(path / name) for name in (HEADER, UNFINISHED))


def read_header(folder: Path) -> Header:
    """What an exported folder says it has.

    Raises:
        UnreadableInputError: the export was interrupted, or is not one that we can read.
    """
    name = printable(folder)
    if not os.path.lexists(folder / HEADER):
        raise UnreadableInputError(f"{name} is an export that was interrupted: export again.")
    with open_plain(folder, HEADER) as file:
        content = file.read(_LONGEST_HEADER)
    try:
        found = json.loads(content)
        is_ours = found["format"] == FORMAT
    except (ValueError, TypeError, KeyError, RecursionError):
        is_ours = False
    if not is_ours:
        raise UnreadableInputError(
            f"{name}/{HEADER} is not that of an export: import the pictures and tables one by one."
        )
    if found.get("version") != VERSION:
        raise UnreadableInputError(
            f"{name} is of version {found.get('version')!r} of the format, and this Genonaut "
            f"reads version {VERSION}: import it with the one that exported it, or a newer one."
        )
    return _header(found, name)


def _header(found: dict[str, Any], name: str) -> Header:
    users, tags, items, files = (found.get(name) for name in ("users", "tags", "items", "files"))
    if not all(type(number) is int and number >= 0 for number in (users, tags, items, files)):
        raise UnreadableInputError(f"{name}/{HEADER} lacks its counts: copy the export again.")
    return Header(users, tags, items, files, str(found.get("exported_at")))  # type: ignore[arg-type] # they are integers


def open_plain(folder: Path, name: str) -> BinaryIO:
    """A file of the export: never a link, which could name any file of this machine.

    Raises:
        UnreadableInputError: it is missing, or something else than a file.
    """
    where = f"{printable(folder)}/{name}"
    try:
        handle = os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise UnreadableInputError(
            f"{where} is missing, or not a file: copy the export again."
        ) from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise UnreadableInputError(f"{where} is not a file: copy the export again.")
    return os.fdopen(handle, "rb")
