"""The texts of a PNG file, read chunk by chunk; the pixels are not decoded.

Texts may stand before or behind the pixels. They should be Latin-1 in some chunks and UTF-8 in
others, but programs write UTF-8 into all of them.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from genonaut.ingest.exif import texts_of_exif
from genonaut.ingest.picture import BrokenPictureError, Picture

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_HEADER = struct.Struct(">I4s")
_CRC = struct.Struct(">I")
_SIZE = struct.Struct(">II")
_BLOCK = 1 << 20
# A longer text is not generation data. In all, a file of bombs costs a second at most.
_LONGEST_TEXT = 4 << 20
_MOST_TEXT = 64 << 20
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")


def read_png(stream: BinaryIO) -> Picture:
    """The size and the texts, after a check that the file is complete.

    Raises:
        BrokenPictureError: it is damaged.
    """
    stream.seek(len(SIGNATURE))
    chunks = dict[bytes, bytes]()
    texts = _Texts()
    for kind, content in _chunks(stream):
        chunks.setdefault(kind, content)
        if kind in _TEXTS:
            texts.add(kind, content)
        elif kind == b"eXIf":
            texts.found = texts_of_exif(content) | texts.found
    if len(chunks.get(b"IHDR", b"")) < _SIZE.size or b"IDAT" not in chunks:
        raise BrokenPictureError
    width, height = _SIZE.unpack_from(chunks[b"IHDR"])
    return Picture(width, height, texts.found)


def _chunks(stream: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Each chunk's type and content, up to the last; a long content is checked and left out."""
    kind = b""
    while kind != b"IEND":
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
            raise BrokenPictureError
        yield kind, content


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
        if text.strip():
            self.found.setdefault(_decoded(name), text)

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


def _decoded(written: bytes) -> str:
    try:
        return written.decode()
    except UnicodeDecodeError:
        return written.decode("latin-1")
