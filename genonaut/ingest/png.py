"""The texts of a PNG file, read chunk by chunk; the pixels are not decoded.

Texts may stand before or behind the pixels. They should be Latin-1 in some chunks and UTF-8 in
others, but programs write UTF-8 into all of them.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from genonaut.ingest.exif import texts_of_exif
from genonaut.ingest.picture import BrokenPictureError, Picture
from genonaut.ingest.xmp import texts_of_xmp

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_HEADER = struct.Struct(">I4s")
_CRC = struct.Struct(">I")
_SIZE = struct.Struct(">II")
_BLOCK = 1 << 20
# A longer text is not generation data. In all, a file of bombs costs a second at most.
_LONGEST_TEXT = 4 << 20
_MOST_TEXT = 64 << 20
_MOST_TEXTS = 2_000
# An animation has a chunk or two for each picture, and large pictures thousands of small ones.
_MOST_CHUNKS = 200_000
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_XMP = "XML:com.adobe.xmp"
_PROFILE = re.compile(r"\s*\w+\s+\d+\s+([0-9a-fA-F\s]+)")


def read_png(stream: BinaryIO) -> Picture:
    """The size and the texts, after a check that the file is complete.

    Raises:
        BrokenPictureError: it is damaged.
    """
    stream.seek(len(SIGNATURE))
    chunks = dict[bytes, bytes]()
    texts = _Texts()
    for kind, content in _chunks(stream):
        if kind in (b"IHDR", b"IDAT"):
            chunks.setdefault(kind, content)
        if kind in _TEXTS:
            texts.add(kind, content)
        elif kind == b"eXIf":
            texts.found = texts_of_exif(content) | texts.found
    texts.unpack_profiles()
    if len(chunks.get(b"IHDR", b"")) < _SIZE.size or b"IDAT" not in chunks:
        raise BrokenPictureError
    width, height = _SIZE.unpack_from(chunks[b"IHDR"])
    return Picture(width, height, texts.found)


def _chunks(stream: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Each chunk's type and content, up to the last; a long content is checked and left out.

    A damaged chunk without which the picture can be shown is skipped, as decoders do.
    """
    for _ in range(_MOST_CHUNKS):
        header = stream.read(_HEADER.size)
        if len(header) < _HEADER.size:
            raise BrokenPictureError
        length, kind = _HEADER.unpack(header)
        checksum, content = zlib.crc32(kind), b""
        for start in range(0, length, _BLOCK):
            block = stream.read(min(_BLOCK, length - start))
            if not block:
                raise BrokenPictureError
            checksum = zlib.crc32(block, checksum)
            content += block if length <= _LONGEST_TEXT and kind != b"IDAT" else b""
        if stream.read(_CRC.size) != _CRC.pack(checksum):
            if _is_needed(kind):
                raise BrokenPictureError
            continue
        yield kind, content
        if kind == b"IEND":
            return
    raise BrokenPictureError


def _is_needed(kind: bytes) -> bool:
    """A chunk's name says by the case of its first letter whether the pixels depend on it."""
    return not kind[0] & 32


class _Texts:
    """Texts by name; of two with the same name the first that is not blank counts."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._left = _MOST_TEXT

    def add(self, kind: bytes, content: bytes) -> None:
        name, _, written = content.partition(b"\0")
        is_compressed = kind == b"zTXt" or (kind == b"iTXt" and written[:1] == b"\1")
        if kind == b"zTXt":
            written = written[1:]
        elif kind == b"iTXt":  # two flags, a language, and the name in that language
            written = written[2:].split(b"\0", 2)[-1]
        text = _decoded(self._inflated(written) if is_compressed else written)
        if text.strip() and len(self.found) < _MOST_TEXTS:
            self.found.setdefault(_decoded(name), text)

    def unpack_profiles(self) -> None:
        """Add the texts in XMP, and in the blocks that ImageMagick writes as hexadecimal digits."""
        if packet := self.found.pop(_XMP, None):
            self.found = texts_of_xmp(packet.encode()) | self.found
        for kind, texts_of in (("xmp", texts_of_xmp), ("exif", texts_of_exif), ("APP1", _app1)):
            profile = _PROFILE.fullmatch(self.found.pop(f"Raw profile type {kind}", ""))
            digits = "".join(profile[1].split()) if profile else ""
            if digits and len(digits) % 2 == 0:
                self.found = texts_of(bytes.fromhex(digits)) | self.found

    def _inflated(self, written: bytes) -> bytes:
        """The text; nothing if it is damaged, or longer than generation data ever is."""
        most = min(_LONGEST_TEXT, self._left)
        if most <= 0:
            return b""
        decompressor = zlib.decompressobj()
        try:
            content = decompressor.decompress(written, most)
        except zlib.error:
            return b""
        self._left -= len(content)
        return b"" if decompressor.unconsumed_tail else content


def _app1(segment: bytes) -> dict[str, str]:
    """A JPEG's segment, which has EXIF, or XMP behind its address."""
    if segment.startswith(b"Exif\0\0"):
        return texts_of_exif(segment)
    return texts_of_xmp(segment.partition(b"\0")[2])


def _decoded(written: bytes) -> str:
    try:
        return written.decode()
    except UnicodeDecodeError:
        return written.decode("latin-1")
