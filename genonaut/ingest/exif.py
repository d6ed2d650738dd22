"""The texts in an EXIF block, which every format can have; each program has its own way."""

import re
from typing import Final

from PIL import ExifTags, Image

from genonaut.ingest.comments import comment, latin
from genonaut.library.pillow import DAMAGE, without_warnings

USER_COMMENT: Final = "UserComment"
"""The name of the text that cameras and screenshot programs write as well."""

# ComfyUI's WebP files use the tags for a camera's make and model, and those before them.
_NAMED: Final = re.compile(r"\s*(prompt|workflow|parameters)\s*:\s*(?=\S)", re.IGNORECASE)
_PLAIN_TAGS: Final = (
    *(ExifTags.Base.Model, ExifTags.Base.Make, ExifTags.Base.ImageDescription),
    *(ExifTags.Base.DocumentName, ExifTags.Base.Artist, ExifTags.Base.Copyright),
)
_WIDE_TAGS: Final = (ExifTags.Base.XPComment, ExifTags.Base.XPTitle, ExifTags.Base.XPSubject)


def texts_of_exif(content: bytes) -> dict[str, str]:
    """The texts of an EXIF block; none if it is damaged."""
    exif = Image.Exif()
    try:
        with without_warnings():
            exif.load(content)
            return texts_in(exif)
    except DAMAGE:
        return {}


def texts_in(exif: Image.Exif) -> dict[str, str]:
    """Its texts by name; those that name themselves (`prompt:{...}`) under that name."""
    texts: dict[str, str] = {}
    is_big_endian = exif.endian == ">"
    written = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.UserComment)
    if text := _text(written or exif.get(ExifTags.Base.UserComment), is_big_endian=is_big_endian):
        texts[USER_COMMENT] = text
    if text := _text(exif.get(ExifTags.Base.Software)):
        texts["Software"] = text
    for tag in (*_PLAIN_TAGS, *_WIDE_TAGS):
        text = _text(exif.get(tag))
        if named := _NAMED.match(text):
            texts.setdefault(named[1].lower(), text[named.end() :])
        elif text:
            texts.setdefault(tag.name, text)
    return texts


def _text(written: object, *, is_big_endian: bool = False) -> str:
    if isinstance(written, tuple) and all(isinstance(each, int) for each in written):
        written = bytes(each & 255 for each in written)  # a list of bytes
    if isinstance(written, bytes):
        return comment(written, is_big_endian=is_big_endian)
    return latin(written) if isinstance(written, str) else ""
