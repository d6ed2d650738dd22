"""JPEG, WebP, AVIF and GIF files: size and texts, by Pillow; the pixels are not decoded."""

import os
from typing import Any, BinaryIO, Final

from PIL import Image

from genonaut.content.rules import InvalidValueError
from genonaut.ingest.comments import comment
from genonaut.ingest.exif import texts_of_exif
from genonaut.ingest.picture import BrokenPictureError, Picture
from genonaut.ingest.xmp import texts_of_xmp
from genonaut.library.files import MOST_BYTES
from genonaut.library.pillow import DAMAGE, without_warnings
from genonaut.library.scaling import UndecodableError, size_of

FORMATS: Final = ("JPEG", "WEBP", "AVIF", "GIF")
_LONGEST_TEXT: Final = 4 << 20
_MOST_COMMENTS: Final = 20


def read_raster(stream: BinaryIO) -> Picture:
    """The size and the texts.

    Raises:
        BrokenPictureError: it is in none of the formats, or damaged.
        InvalidValueError: it has too many pixels, or too many bytes.
    """
    if stream.seek(0, os.SEEK_END) > MOST_BYTES:
        raise InvalidValueError(f"the file is larger than {MOST_BYTES >> 20} MB")
    stream.seek(0)
    try:
        with without_warnings(), Image.open(stream, formats=FORMATS) as image:
            return Picture(*image.size, _texts(image))
    except DAMAGE:
        return _without_texts(stream)
    except Image.DecompressionBombError as error:
        raise InvalidValueError("the image has too many pixels") from error


def _without_texts(stream: BinaryIO) -> Picture:
    """The size alone, of a picture whose metadata are too damaged for Pillow to open it."""
    stream.seek(0)
    try:
        return Picture(*size_of(stream.read()), {})
    except UndecodableError as error:
        raise BrokenPictureError from error


def _texts(image: Image.Image) -> dict[str, str]:
    # Not `image.getexif()`: what it raises of a damaged block would refuse a picture that is whole.
    texts = texts_of_exif(image.info.get("exif") or b"")
    for number, content in enumerate(_comments(image)[:_MOST_COMMENTS]):
        texts.setdefault(f"Comment {number}" if number else "Comment", comment(content))
    packet = image.info.get("xmp")
    if isinstance(packet, bytes):
        texts = texts_of_xmp(packet) | texts
    return {name: text for name, text in texts.items() if text and len(text) <= _LONGEST_TEXT}


def _comments(image: Image.Image) -> list[bytes]:
    """The format's own comments: a JPEG may have several."""
    segments: list[Any] = getattr(image, "applist", [])
    found = [content for kind, content in segments if kind == "COM"]
    found = found or [image.info.get("comment")]
    return [content for content in found if isinstance(content, bytes)]
