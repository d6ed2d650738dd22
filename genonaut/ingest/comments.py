"""EXIF's texts: bytes in an encoding that is named in front of them, rightly or not."""

import codecs
import re
from typing import Final

_CODE: Final = re.compile(rb"(unicode\0|ascii\0\0\0|jis\0{5}|\0{8})", re.IGNORECASE)
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE: Final = 65_536
_ESCAPE: Final = b"\x1b"


def comment(written: bytes, *, is_big_endian: bool = False) -> str:
    """A comment without the code in front that names its encoding."""
    code = _CODE.match(written)
    kind = code[1][:3].lower() if code else b""
    content = written[code.end() :] if code else written
    if kind == b"jis" and _ESCAPE in content:
        return _clean(content.decode("iso2022_jp", "replace"))
    return _clean(_decoded(content, is_unicode=kind == b"uni", is_big_endian=is_big_endian))


def latin(written: str) -> str:
    """A text that was read as Latin-1, as the standard has it, and is UTF-8 in most files."""
    try:
        return comment(written.encode("latin-1"))
    except UnicodeEncodeError:
        return _clean(written)


def _decoded(content: bytes, *, is_unicode: bool, is_big_endian: bool) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    if order := _byte_order(content.rstrip(b"\0")):
        return content.decode(order, "replace")
    try:
        return content.decode()
    except UnicodeDecodeError:
        if is_unicode:
            return content.decode("utf-16-be" if is_big_endian else "utf-16-le", "replace")
    for encoding in ("shift_jis", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _byte_order(content: bytes) -> str | None:
    """UTF-16 in one of its orders, which programs choose without regard to that of the file.

    Any generation data has names, blanks and commas, whose upper byte is zero; other encodings
    have no zeros.
    """
    sample = content[:_SAMPLE]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if even == odd:
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _clean(text: str) -> str:
    """A text ends at its first NUL, as in C, unless it is only filled with them in front."""
    return text.strip("\0 ").partition("\0")[0].rstrip()
