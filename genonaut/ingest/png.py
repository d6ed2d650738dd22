"""PNG files that contain their generation data: one file, or a folder of them."""

import hashlib
import os
import struct
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image

from genonaut.content.rules import InvalidValueError
from genonaut.errors import UnreadableInputError
from genonaut.ingest.generation import from_automatic1111, from_comfyui
from genonaut.ingest.records import Record, Reject, printable


class _BrokenImageError(Exception):
    pass


class PngFiles:
    """PNG files, each of them one row. A `Source`."""

    def __init__(self, path: Path) -> None:
        """`path` is one PNG file, or a folder that is searched with all its subfolders.

        Raises:
            UnreadableInputError: the folder has none.
            OSError: a folder cannot be listed.
        """
        self._is_folder = path.is_dir()
        self._unlisted: list[OSError] = []
        files = sorted(_png_files(path, self._unlisted)) if self._is_folder else [path]
        if not files and self._unlisted:
            raise self._unlisted[0]
        if not files:
            raise UnreadableInputError(
                f"{printable(path)} is a folder without PNG files: to import files of another "
                "type, name them one by one."
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
        except _BrokenImageError as error:
            if not self._is_folder:
                raise UnreadableInputError(f"{name} is {error}: copy it again.") from error
            return Reject(name, None, str(error))


def _png_files(folder: Path, unlisted: list[OSError]) -> Iterator[Path]:
    for parent, _, names in os.walk(folder, onerror=unlisted.append):
        yield from (Path(parent, name) for name in names if name.lower().endswith(".png"))


def _record(file: Path, name: str) -> Record:
    if file.exists() and not file.is_file():
        raise InvalidValueError("not a file")
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        stream.seek(0)
        texts, (width, height) = _texts_and_size(stream)
        modified = os.fstat(stream.fileno()).st_mtime
    metadata = _generation(texts) | {"width": width, "height": height}
    fields = {
        "prompt": metadata.pop("prompt"),
        "created_at": datetime.fromtimestamp(modified, UTC).isoformat(),
        "content_data": str(file.resolve()),
        "metadata": {key: value for key, value in metadata.items() if value != ""},
    }
    # A copy in another folder, with another date, is still the same image.
    return Record(name, None, fields, identity=f"sha256:{digest}")


def _texts_and_size(stream: BinaryIO) -> tuple[dict[str, str], tuple[int, int]]:
    """The text chunks and the size in pixels, after a check that the file is complete."""
    try:
        with warnings.catch_warnings():
            # About images with many pixels, which we do not decode, and about animations.
            warnings.simplefilter("ignore")
            with Image.open(stream, formats=["PNG"]) as image:
                texts = {
                    str(name): text for name, text in image.info.items() if isinstance(text, str)
                }
                size = image.size
                image.verify()
                return texts, size
    except (OSError, SyntaxError, ValueError, IndexError, struct.error) as error:
        raise _BrokenImageError("not a PNG file, or a damaged one") from error
    except Image.DecompressionBombError as error:
        raise InvalidValueError("the image has too many pixels") from error


def _generation(texts: dict[str, str]) -> dict[str, Any]:
    if "parameters" in texts:
        return from_automatic1111(texts["parameters"])
    if "prompt" not in texts:
        raise InvalidValueError(
            "no generation data: the file has no text chunk `parameters` or `prompt`"
        )
    try:
        return from_comfyui(texts["prompt"])
    except (ValueError, RecursionError) as error:
        raise InvalidValueError("the generation data is not a ComfyUI graph") from error
