"""Pictures as a zip, written while it is sent: no more of it is in memory than one piece.

The entries are stored as they are, since pictures are compressed already. Python's own `zipfile`
writes to what cannot seek, with the sizes behind the files; so it takes no library.
"""

from collections.abc import AsyncGenerator, Generator, Iterator
from contextlib import aclosing, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from typing import BinaryIO, Final, cast
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from fastapi.concurrency import run_in_threadpool

from genonaut.api.entities import Item
from genonaut.api.schemas.content import ItemOut
from genonaut.api.services.originals import Original, ending_of, name_in_archive
from genonaut.library.files import ImageFile

PIECE: Final = 256 * 1024
MOST_BYTES: Final = 32 << 30
"""Of the pictures in one archive."""
SKIPPED: Final = "not in this archive.txt"
_MODE: Final = 0o644 << 16
_FIRST_YEAR, _LAST_YEAR = 1980, 2107  # what the format can write

Originals = AsyncGenerator[tuple[int, Original | None], None]
"""Items by their ids, each read when its turn has come; None if there is none."""


@dataclass
class _Written:
    """What the archive has written since it was taken. It cannot seek."""

    pieces: list[bytes] = field(default_factory=list)

    def write(self, piece: bytes) -> int:
        self.pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """There is nothing below."""

    def take(self) -> bytes:
        taken = b"".join(self.pieces)
        self.pieces.clear()
        return taken


async def zipped(originals: Originals, *, sidecars: bool) -> AsyncGenerator[bytes, None]:
    """The archive in pieces. What has no file is listed in a text file at its end."""
    written = _Written()
    skipped: list[str] = []
    left = MOST_BYTES
    async with aclosing(originals):
        with ZipFile(cast("BinaryIO", written), "w", ZIP_STORED) as archive:
            async for item_id, original in originals:
                if why := _why_not(original, left):
                    skipped.append(f"{item_id}: {why}")
                if original is None:
                    continue
                with (
                    _closed_at_the_end(original.file) as file,
                    closing(
                        _entries(archive, original.item, None if why else file, sidecars=sidecars)
                    ) as pieces,
                ):
                    left -= 0 if why or file is None else file.about.st_size
                    while await run_in_threadpool(next, pieces, False):
                        yield written.take()
            if skipped:
                _write(archive, SKIPPED, datetime.now(UTC), "\n".join([*skipped, ""]).encode())
    yield written.take()


def _why_not(original: Original | None, left: int) -> str:
    """Why an item's file is not in the archive; empty if it is."""
    if original is None:
        return "there is no such item, or you may not see it."
    if original.file is None:
        return f"“{original.item.title}” has no file."
    if original.file.about.st_size > left:
        return f"“{original.item.title}” is too much for this archive."
    return ""


@contextmanager
def _closed_at_the_end(file: ImageFile | None) -> Iterator[ImageFile | None]:
    try:
        yield file
    finally:
        if file:
            file.file.close()


def _entries(
    archive: ZipFile, item: Item, file: ImageFile | None, *, sidecars: bool
) -> Generator[bool, None, None]:
    """Write what belongs to an item, and say after each piece that there may be more."""
    if file:
        name = name_in_archive(item, ending_of(file))
        yield from _copied(archive, _entry(name, item.created_at, file.about.st_size), file.file)
    if sidecars:
        content = ItemOut.model_validate(item).model_dump_json(indent=2).encode()
        _write(archive, name_in_archive(item, ".json"), item.created_at, content)
    yield True


def _copied(archive: ZipFile, entry: ZipInfo, file: BinaryIO) -> Iterator[bool]:
    """Copy a file, piece by piece; no more than the size that was announced."""
    left = entry.file_size
    with archive.open(entry, "w") as target:
        while left and (piece := file.read(min(PIECE, left))):
            target.write(piece)
            left -= len(piece)
            yield True


def _write(archive: ZipFile, name: str, moment: datetime, content: bytes) -> None:
    for _ in _copied(archive, _entry(name, moment, len(content)), BytesIO(content)):
        pass


def _entry(name: str, moment: datetime, size: int) -> ZipInfo:
    year = min(max(moment.year, _FIRST_YEAR), _LAST_YEAR)
    _, month, day, hour, minute, second, *_ = moment.timetuple()
    entry = ZipInfo(name, (year, month, day, hour, minute, second))
    entry.file_size = size
    entry.external_attr = _MODE
    return entry
