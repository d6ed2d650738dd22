"""Pictures as a zip, written while it is sent: no more of it is in memory than one piece.

The entries are stored as they are, since pictures are compressed already. Python's own `zipfile`
writes to what cannot seek, and sizes behind the files then; so it takes no library.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from io import BytesIO
from typing import BinaryIO, Final
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from fastapi.concurrency import run_in_threadpool

from genonaut.api.schemas.content import ItemOut
from genonaut.api.services.originals import Original, ending_of, name_in_archive

PIECE: Final = 256 * 1024
MOST_BYTES: Final = 32 << 30
"""Of the pictures in one archive."""
SKIPPED: Final = "not in this archive.txt"
_MODE: Final = 0o644 << 16
_FIRST_YEAR, _LAST_YEAR = 1980, 2107  # what the format can write


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


async def zipped(
    originals: AsyncIterator[tuple[int, Original | None]], *, sidecars: bool
) -> AsyncGenerator[bytes, None]:
    """The archive in pieces. What has no file is listed in a text file at its end."""
    written = _Written()
    skipped: list[str] = []
    left = MOST_BYTES
    with ZipFile(written, "w", ZIP_STORED) as archive:  # type: ignore[arg-type] # it has what is used
        async for item_id, original in originals:
            if original is None:
                skipped.append(f"{item_id}: there is no such item, or you may not see it.")
                continue
            item, file = original
            if file is None:
                skipped.append(f"{item_id}: “{item.title}” has no file.")
            else:
                with file.file:
                    size = file.about.st_size
                    if size > left:
                        skipped.append(f"{item_id}: “{item.title}” is too much for this archive.")
                        continue
                    left -= size
                    entry = _entry(name_in_archive(item, ending_of(file)), item.created_at, size)
                    pieces = _copied(archive, entry, file.file)
                    while await run_in_threadpool(next, pieces, False):
                        yield written.take()
            if sidecars:
                _write(archive, name_in_archive(item, ".json"), item.created_at, _sidecar(original))
            yield written.take()
        if skipped:
            _write(archive, SKIPPED, datetime.now().astimezone(), "\n".join([*skipped, ""]).encode())
    yield written.take()


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


def _sidecar(original: Original) -> bytes:
    """The item as the API returns it."""
    return ItemOut.model_validate(original.item).model_dump_json(indent=2).encode()


def _entry(name: str, moment: datetime, size: int) -> ZipInfo:
    year = min(max(moment.year, _FIRST_YEAR), _LAST_YEAR)
    entry = ZipInfo(name, (year, *moment.timetuple()[1:6]))  # type: ignore[arg-type] # six numbers
    entry.file_size = size
    entry.external_attr = _MODE
    return entry
