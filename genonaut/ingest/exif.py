"""JPEG, WebP and AVIF files: their texts are in EXIF, each program's in its own way."""

import re
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from PIL import ExifTags, Image

from genonaut.content.rules import InvalidValueError
from genonaut.ingest.picture import BrokenPictureError, Picture

FORMATS = ("JPEG", "WEBP", "AVIF")

USER_COMMENT = "UserComment"
"""The name of the text that cameras and screenshot programs write as well."""

_CODE_BYTES = 8
_UNDECIDED = (b"\0" * _CODE_BYTES, b"ASCII\0\0\0")
# ComfyUI's WebP files use the tags for a camera's make and model, and those before them.
_NAMED = re.compile(r"\s*(prompt|workflow|parameters)\s*:\s*(?=\S)", re.IGNORECASE)
_PLAIN_TAGS = (ExifTags.Base.Model, ExifTags.Base.Make, ExifTags.Base.ImageDescription)
# What Pillow raises when a file is not what its first bytes promise.
_DAMAGE = (OSError, SyntaxError, ValueError, IndexError, KeyError, TypeError, struct.error)


def read_with_exif(stream: BinaryIO) -> Picture:
    """The size and the texts.

    Raises:
        BrokenPictureError: it is in none of the formats, or damaged.
        InvalidValueError: it has too many pixels.
    """
    stream.seek(0)
    try:
        with _without_warnings(), Image.open(stream, formats=FORMATS) as image:
            texts = _texts(image.getexif())
            comment = image.info.get("comment")
            if isinstance(comment, bytes):
                texts.setdefault("Comment", comment.decode(errors="replace"))
            return Picture(*image.size, texts)
    except _DAMAGE as error:
        raise BrokenPictureError from error
    except Image.DecompressionBombError as error:
        raise InvalidValueError("the image has too many pixels") from error


def texts_of_exif(content: bytes) -> dict[str, str]:
    """The texts of an EXIF block; none if it is damaged."""
    exif = Image.Exif()
    try:
        with _without_warnings():
            exif.load(content)
            return _texts(exif)
    except _DAMAGE:
        return {}


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Pillow warns of many pixels, which are not decoded here, and of odd metadata."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _texts(exif: Image.Exif) -> dict[str, str]:
    texts: dict[str, str] = {}
    comment = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.UserComment)
    if isinstance(comment, bytes):
        texts[USER_COMMENT] = _decoded(comment, is_big_endian=exif.endian == ">")
    elif isinstance(comment, str):
        texts[USER_COMMENT] = comment
    if isinstance(software := exif.get(ExifTags.Base.Software), str):
        texts["Software"] = software
    for tag in _PLAIN_TAGS:
        written = exif.get(tag)
        if isinstance(written, str) and (named := _NAMED.match(written)):
            texts.setdefault(named[1].lower(), written[named.end() :])
        elif isinstance(written, str) and written.lstrip().startswith("{"):
            texts.setdefault(USER_COMMENT, written)
    return {name: text.strip("\0 ") for name, text in texts.items()}


def _decoded(comment: bytes, *, is_big_endian: bool) -> str:
    """A comment without the code in front that names its encoding."""
    code, written = comment[:_CODE_BYTES], comment[_CODE_BYTES:]
    if code == b"UNICODE\0":
        return written.decode(_byte_order(written, is_big_endian=is_big_endian), "replace")
    return (written if code in _UNDECIDED else comment).decode(errors="replace")


def _byte_order(written: bytes, *, is_big_endian: bool) -> str:
    """The byte order of UTF-16, which programs choose without regard to that of the file.

    Any generation data has names, blanks and commas, whose upper byte is zero.
    """
    if written[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    even, odd = written[0::2].count(0), written[1::2].count(0)
    big = is_big_endian if even == odd else even > odd
    return "utf-16-be" if big else "utf-16-le"
