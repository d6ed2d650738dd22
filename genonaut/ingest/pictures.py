"""Pictures that contain their generation data: one file, or a folder of them."""

import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from genonaut.content.rules import LONGEST_NAME, UNTITLED, InvalidValueError, showable
from genonaut.errors import UnreadableInputError
from genonaut.ingest.hidden import hidden_texts
from genonaut.ingest.kinds import HEAD_BYTES, kind_of
from genonaut.ingest.kinds import READ as KINDS
from genonaut.ingest.picture import BrokenPictureError, Picture
from genonaut.ingest.png import read_png
from genonaut.ingest.programs import generation
from genonaut.ingest.raster import read_raster
from genonaut.ingest.records import Record, Reject, printable, storable

READ: Final = (".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".avif", ".gif")
_NOT_READ: Final = (".bmp", ".tif", ".tiff", ".heic", ".heif", ".jxl", ".jp2", ".psd", ".svg")
BROKEN: Final = "not a PNG, JPEG, WebP, AVIF or GIF file, or a damaged one"
ONLY: Final = "only PNG, JPEG, WebP, AVIF and GIF files are read"
# A camera says less.
_MUCH_TEXT: Final = 4_000
_MOST_PIXELS: Final = 180_000_000
# Clocks that are wrong begin here, and sticks know no earlier date.
_EARLIEST: Final = datetime(1980, 1, 2, tzinfo=UTC).timestamp()
_DAY: Final = 86_400


class PictureFiles:
    """Pictures, each of them one row. A `Source`."""

    def __init__(self, path: Path) -> None:
        """`path` is one picture, or a folder that is searched with all its subfolders.

        Raises:
            UnreadableInputError: the folder has none.
            OSError: a folder cannot be listed.
        """
        self._is_folder = path.is_dir()
        self._unlisted: list[OSError] = []
        files = sorted(_pictures(path, self._unlisted)) if self._is_folder else [path]
        if not files and self._unlisted:
            raise self._unlisted[0]
        if not files:
            raise UnreadableInputError(
                f"{printable(path)} is a folder without PNG, JPEG, WebP, AVIF or GIF files: to "
                "import tables (.csv, .tsv, .jsonl, .ndjson, .parquet), name them."
            )
        self._sizes = {file: file.lstat().st_size for file in files}
        self.size = sum(self._sizes.values())
        self.position = 0

    def __iter__(self) -> Iterator[Record | Reject]:
        """Its rows; see `Source`."""
        for error in self._unlisted:
            yield Reject(printable(error.filename), None, f"cannot be read: {error.strerror}")
        for file, size in self._sizes.items():
            self.position += size
            yield self._row(file)

    def _row(self, file: Path) -> Record | Reject:
        name = printable(file)
        try:
            return _record(file, name)
        except InvalidValueError as error:
            return Reject(name, None, str(error))
        except OSError as error:
            if not self._is_folder:
                raise
            return Reject(name, None, f"cannot be read: {error.strerror}")
        except BrokenPictureError as error:
            if not self._is_folder:
                advice = str(error) or f"{BROKEN}: copy it again"
                raise UnreadableInputError(f"{name} is {advice}.") from error
            return Reject(name, None, str(error) or BROKEN)


def _pictures(folder: Path, unlisted: list[OSError]) -> Iterator[Path]:
    for parent, _, names in os.walk(folder, onerror=unlisted.append):
        for path in (Path(parent, name) for name in names):
            if path.suffix.lower() in READ + _NOT_READ:
                yield path


def _record(file: Path, name: str) -> Record:
    if file.exists() and not file.is_file():
        raise InvalidValueError("not a file")
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        picture = _read(stream)
        modified = os.fstat(stream.fileno()).st_mtime
    if picture.width * picture.height > _MOST_PIXELS:
        raise InvalidValueError("the image has too many pixels")
    metadata = generation(picture.texts) | {"width": picture.width, "height": picture.height}
    fields = {
        "prompt": metadata.pop("prompt"),
        "created_at": _date(modified),
        "content_data": str(file.resolve()),
        "metadata": metadata,
    }
    if not fields["prompt"]:
        fields["title"] = _title(file)
    # A copy in another folder, with another date, is still the same image.
    return Record(name, None, fields, identity=f"sha256:{digest}", needs_prompt=False)


def _title(file: Path) -> str:
    """The file's name, on one line."""
    return " ".join(showable(storable(file.stem)).split())[:LONGEST_NAME] or UNTITLED


def _read(stream: BinaryIO) -> Picture:
    """By what is in the file: it may have the name of another format.

    Raises:
        BrokenPictureError: it is damaged, or something else, which is named.
        InvalidValueError: it is too large.
    """
    stream.seek(0)
    kind = kind_of(stream.read(HEAD_BYTES))
    if kind not in KINDS:
        raise BrokenPictureError(f"{kind}: {ONLY}" if kind else "")
    picture = read_png(stream) if kind == "PNG" else read_raster(stream)
    if kind in {"PNG", "WebP"} and _says_nothing(picture.texts):
        return replace(picture, texts={**hidden_texts(stream), **picture.texts})
    return picture


def _says_nothing(texts: Mapping[str, str]) -> bool:
    """Whether there is no generation data, so that it is worth while to decode the pixels."""
    return sum(map(len, texts.values())) < _MUCH_TEXT and generation(texts) == {"prompt": ""}


def _date(modified: float) -> str | None:
    """The date of a file; None if a wrong clock wrote it."""
    if not _EARLIEST <= modified <= time.time() + _DAY:
        return None
    return datetime.fromtimestamp(modified, UTC).isoformat()
