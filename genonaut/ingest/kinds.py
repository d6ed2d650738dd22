"""What a file is, by its first bytes: its name may be that of another format."""

import re
from typing import Final

HEAD_BYTES: Final = 1024

READ: Final = ("PNG", "JPEG", "WebP", "AVIF", "GIF")

_ISO_BRANDS: Final = re.compile(rb".{4}ftyp(.{4}).{4}((?:.{4}){0,32})", re.DOTALL)
_BRANDS: Final = {
    b"avif": "AVIF",
    b"avis": "AVIF",
    b"heic": "a HEIC image",
    b"heix": "a HEIC image",
    b"hevc": "a HEIC image",
    b"mif1": "a HEIF image",
    b"qt  ": "a QuickTime video",
}
_BEGINNINGS: Final = (
    (rb"\x89PNG\r\n\x1a\n", "PNG"),
    (rb"\xff\xd8\xff", "JPEG"),
    (rb"RIFF.{4}WEBP", "WebP"),
    (rb"GIF8[79]a", "GIF"),
    (rb"II\*\0|MM\0\*|II\+\0|MM\0\+", "a TIFF image"),
    (rb"BM.{4}\0\0\0\0", "a BMP image"),
    (rb"8BPS", "a Photoshop document"),
    (rb"\xff\x0a|\0\0\0\x0cJXL ", "a JPEG XL image"),
    (rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51", "a JPEG 2000 image"),
    (rb"\x00\x00\x01\x00[^\x00]", "an icon"),
    (rb"v/1\x01", "an OpenEXR image"),
    (rb"%PDF-", "a PDF document"),
    (rb"PK\x03\x04", "a ZIP archive"),
    (rb"\x1f\x8b|7z\xbc\xaf|Rar!|\x28\xb5\x2f\xfd", "a compressed archive"),
    (rb"\x1aE\xdf\xa3", "a WebM or Matroska video"),
    (rb"RIFF.{4}AVI ", "an AVI video"),
    (rb"version https://git-lfs", "a pointer of Git LFS, without the image"),
    (
        rb"[\s\xef\xbb\xbf]*(?:<\?xml.{0,400}?\?>\s*)?(?:<!--.{0,400}?-->\s*)?"
        rb"(?:<!doctype svg.{0,300}?>\s*)?<svg[\s>]",
        "an SVG drawing"),
    (rb"[\s\xef\xbb\xbf]*(?:<!--.{0,400}?-->\s*)?<(?:!doctype html|html|head|body|script)[\s>]",
     "an HTML page"),
    (rb"[\s\xef\xbb\xbf]*<\?xml", "an XML document"),
    (rb'\s*[\[{]\s*["\[{]', "a JSON document"),
)  # fmt: skip
_PATTERNS: Final = tuple(
    (re.compile(pattern, re.DOTALL | re.IGNORECASE if b"<" in pattern else re.DOTALL), kind)
    for pattern, kind in _BEGINNINGS
)


def kind_of(head: bytes) -> str | None:
    """One of READ, or what else it is: `an HTML page`; None if that is not known."""
    if not head:
        return "an empty file"
    if brands := _ISO_BRANDS.match(head):
        return _of_brands(brands[1], brands[2])
    return next((kind for pattern, kind in _PATTERNS if pattern.match(head)), None)


def _of_brands(major: bytes, others: bytes) -> str:
    """AVIF, HEIC and MP4 are all boxes, told apart by the brands in the first one."""
    named = [major, *(others[at : at + 4] for at in range(0, len(others), 4))]
    return next((_BRANDS[brand] for brand in named if brand in _BRANDS), "an MP4 video")
