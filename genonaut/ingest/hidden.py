"""Texts in the lowest bits of the pixels, as NovelAI and extensions of AUTOMATIC1111 hide them.

They survive where texts beside the pixels are removed. The bits go down the columns, of alpha or
of red, green and blue: a signature, the length in bits, and the text, plain or as gzip.
"""

import json
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final

from PIL import Image

from genonaut.library.pillow import DAMAGE, without_warnings

_SIGNATURE_BYTES: Final = 15
_LENGTH_BYTES: Final = 4
_SIGNATURES: Final = {
    b"stealth_pnginfo": ("A", False),
    b"stealth_pngcomp": ("A", True),
    b"stealth_rgbinfo": ("RGB", False),
    b"stealth_rgbcomp": ("RGB", True),
}
_MOST_PIXELS: Final = 32_000_000
_LONGEST_TEXT: Final = 4 << 20
_GZIP: Final = 31
# A byte of a channel to the digit of its lowest bit.
_DIGITS: Final = b"01" * 128


def hidden_texts(stream: BinaryIO) -> dict[str, str]:
    """The texts hidden in a PNG or WebP file, by name; this decodes the picture."""
    stream.seek(0)
    try:
        with without_warnings(), Image.open(stream, formats=("PNG", "WEBP")) as image:
            if image.width * image.height > _MOST_PIXELS or image.mode not in {"RGB", "RGBA"}:
                return {}
            found = next(filter(None, map(_content, _channels(image))), b"")
    except (*DAMAGE, Image.DecompressionBombError):
        return {}
    return _named(found.decode(errors="replace").strip("\0 ")) if found else {}


def _channels(image: Image.Image) -> Iterator[tuple[str, bytes]]:
    turned = image.transpose(Image.Transpose.TRANSPOSE)
    if image.mode == "RGBA":
        yield "A", turned.getchannel("A").tobytes()
    yield "RGB", turned.convert("RGB").tobytes()


def _content(channel: tuple[str, bytes]) -> bytes:
    name, values = channel
    hidden_in, is_compressed = _SIGNATURES.get(_bytes(values, 0, _SIGNATURE_BYTES), ("", False))
    if hidden_in != name:
        return b""
    bits = int.from_bytes(_bytes(values, _SIGNATURE_BYTES, _LENGTH_BYTES))
    if bits // 8 > _LONGEST_TEXT:
        return b""
    content = _bytes(values, _SIGNATURE_BYTES + _LENGTH_BYTES, bits // 8)
    return (
        zlib.decompressobj(_GZIP).decompress(content, _LONGEST_TEXT) if is_compressed else content
    )


def _bytes(values: bytes, start: int, length: int) -> bytes:
    """So many bytes, of eight values each."""
    digits = values[start * 8 : (start + length) * 8].translate(_DIGITS)
    whole = len(digits) // 8
    return int(digits[: whole * 8] or b"0", 2).to_bytes(whole) if whole else b""


def _named(text: str) -> dict[str, str]:
    """NovelAI hides all of its texts in one JSON; others hide the lines of settings."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {"parameters": text}
    if not isinstance(found, dict) or not isinstance(found.get("Comment"), str):
        return {"parameters": text}
    return {name: each for name, each in found.items() if isinstance(each, str)}
