"""Taking one picture in, by a process that does nothing else: read once, and perhaps copied."""

import hashlib
import io
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from genonaut.content.rules import LONGEST_NAME, UNTITLED, InvalidValueError, showable
from genonaut.errors import is_disk_full
from genonaut.ingest.hidden import hidden_texts
from genonaut.ingest.kinds import HEAD_BYTES as KIND_BYTES
from genonaut.ingest.kinds import READ as KINDS
from genonaut.ingest.kinds import kind_of
from genonaut.ingest.picture import BrokenPictureError, Picture
from genonaut.ingest.png import read_png
from genonaut.ingest.programs import generation
from genonaut.ingest.raster import read_raster
from genonaut.ingest.records import Record, Reject, printable, storable
from genonaut.ingest.rows import Defaults, ImportRow, parse_row
from genonaut.library.files import HEAD_BYTES, MOST_BYTES, media_type_of, modified_ns
from genonaut.library.registry import KeptFile
from genonaut.library.roots import COPIES
from genonaut.library.store import Store
from genonaut.library.thumbnails import WIDTHS, Thumbnails, relative_path

BROKEN: Final = "not a PNG, JPEG, WebP, AVIF or GIF file, or a damaged one"
ONLY: Final = "only PNG, JPEG, WebP, AVIF and GIF files are read"
GROWING: Final = "still being written: import it again when it is complete"
# A camera says less.
_MUCH_TEXT: Final = 4_000
# Clocks that are wrong begin here, and sticks know no earlier date.
_EARLIEST: Final = datetime(1980, 1, 2, tzinfo=UTC).timestamp()
_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Manner:
    """How pictures are taken in: copied to the store, or left where they are, below a root."""

    defaults: Defaults
    only_with_prompt: bool
    thumbnails: Thumbnails
    root: str = COPIES
    folder: Path | None = None
    store: Store | None = None
    # What was uploaded is in the store's `incoming` already: it is moved, not copied.
    moves: bool = False


class TemporaryReject(Reject):
    """A reason that may be gone the next time."""


class DiskFullReject(TemporaryReject):
    """The library's disk is full."""


class BrokenReject(Reject):
    """The file is no picture, or a damaged one."""

    @property
    def advice(self) -> str:
        """The same with what to do, for a file that was named alone."""
        return self.reason if self.reason != BROKEN else f"{BROKEN}: copy it again"


def take(manner: Manner, path: str, called: str | None = None) -> ImportRow | Reject:
    """The row of a picture, whose file is kept and synced by then; or why there is none.

    `called` is the name that its sender gave it, if that is another than the path's.
    """
    name = printable(called or path)
    try:
        return _taken(manner, Path(path), Path(called or path), name)
    except BrokenPictureError as error:
        return BrokenReject(name, None, str(error) or BROKEN)
    except InvalidValueError as error:
        return Reject(name, None, str(error))
    except OSError as error:
        kind = DiskFullReject if is_disk_full(error) else TemporaryReject
        return kind(name, None, f"cannot be read: {error.strerror}")


def _taken(manner: Manner, path: Path, called: Path, name: str) -> ImportRow | Reject:
    relative = _relative(manner, path)
    content, about = _read(path)
    if content is None:
        return TemporaryReject(name, None, GROWING)
    picture = read_picture(io.BytesIO(content))
    media_type = media_type_of(content[:HEAD_BYTES])
    if media_type is None:
        raise BrokenPictureError
    digest = hashlib.sha256(content)
    row = parse_row(_record(manner, called, digest.hexdigest(), picture, about), manner.defaults)
    shape = manner.thumbnails.make(io.BytesIO(content), digest.digest())
    if manner.store:
        written = path if manner.moves else None
        relative = manner.store.keep(content, digest.hexdigest(), media_type, written)
    file = KeptFile(
        f"{manner.root}/{relative}",
        manner.root,
        digest.digest(),
        about.st_size,
        modified_ns(about),
        media_type,
        shape.width,
        shape.height,
        shape.colour,
        shape.likeness,
        is_compared=True,
    )
    thumbnail = relative_path(file.sha256, WIDTHS[0])
    return replace(row, content_data=file.name, path_thumb=thumbnail, file=file)


def _read(path: Path) -> tuple[bytes | None, os.stat_result]:
    """All of a file at once; None if it changed meanwhile."""
    if not path.is_file() and path.exists():
        raise InvalidValueError("not a file")
    with path.open("rb") as stream:
        before = os.fstat(stream.fileno())
        if before.st_size > MOST_BYTES:
            raise InvalidValueError(f"larger than {MOST_BYTES >> 20} MB")
        content = stream.read(before.st_size + 1)
        after = os.fstat(stream.fileno())
    same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    return content if same and len(content) == before.st_size else None, after


def read_picture(stream: BinaryIO) -> Picture:
    """By what is in the file: it may have the name of another format.

    Raises:
        BrokenPictureError: it is damaged, or something else, which is named.
        InvalidValueError: it is too large.
    """
    stream.seek(0)
    kind = kind_of(stream.read(KIND_BYTES))
    if kind not in KINDS:
        raise BrokenPictureError(f"{kind}: {ONLY}" if kind else "")
    picture = read_png(stream) if kind == "PNG" else read_raster(stream)
    if kind in {"PNG", "WebP"} and _says_nothing(picture.texts):
        return replace(picture, texts={**hidden_texts(stream), **picture.texts})
    return picture


def _says_nothing(texts: Mapping[str, str]) -> bool:
    """Whether there is no generation data, so that it is worth while to decode the pixels."""
    return sum(map(len, texts.values())) < _MUCH_TEXT and generation(texts) == {"prompt": ""}


def _record(
    manner: Manner, path: Path, digest: str, picture: Picture, about: os.stat_result
) -> Record:
    metadata = _generation(manner, picture) | {"width": picture.width, "height": picture.height}
    fields = {
        "prompt": metadata.pop("prompt"),
        "created_at": _date(about.st_mtime),
        "metadata": metadata,
    }
    if not fields["prompt"]:
        fields["title"] = _title(path)
    # A copy in another folder, with another date, is still the same image.
    return Record(printable(path), None, fields, identity=f"sha256:{digest}", needs_prompt=False)


def _generation(manner: Manner, picture: Picture) -> dict[str, Any]:
    found = generation(picture.texts)
    if manner.only_with_prompt and not found["prompt"]:
        raise InvalidValueError(
            found.get("prompt_unknown", "no generation data of a known program")
        )
    return found


def _title(path: Path) -> str:
    """The file's name, on one line."""
    return " ".join(showable(storable(path.stem)).split())[:LONGEST_NAME] or UNTITLED


def _relative(manner: Manner, path: Path) -> str:
    """The path below the root, for a file that stays where it is; checked before it is read."""
    if manner.folder is None:
        return ""
    resolved = path.resolve()
    if not resolved.is_relative_to(manner.folder):
        raise InvalidValueError("a link out of the folder: import it without --in-place")
    try:
        return str(path.relative_to(manner.folder)).encode().decode()
    except UnicodeEncodeError as error:
        raise InvalidValueError(
            "its name is not UTF-8: rename it, or import it without --in-place"
        ) from error


def _date(modified: float) -> str | None:
    """The date of a file; None if a wrong clock wrote it."""
    if not _EARLIEST <= modified <= time.time() + _DAY:
        return None
    return datetime.fromtimestamp(modified, UTC).isoformat()
