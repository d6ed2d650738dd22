"""Pictures of every kind that programs write, one of each, and what has to be read from them.

`tests/unit/test_ingest_kinds.py` makes the files and reads them.
"""

import gzip
import io
import json
import zlib
from dataclasses import dataclass, replace
from typing import Any

from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from tests.support.conventions import Shot, draw_things, lines
from tests.support.pictures import drawn

SHOT = Shot("灯台 by the sea, oil", "blurry", 4021, 24, 6.5, "harbour_v2", None, 24, 16)
WITH_LORA = replace(SHOT, lora=("inkwash", 0.8))
TOLD: dict[str, Any] = {
    "prompt": SHOT.prompt, "negative_prompt": "blurry", "seed": 4021, "steps": 24,
    "cfg_scale": 6.5, "model": "harbour_v2", "width": 24, "height": 16,
}  # fmt: skip
LORA = [{"name": "inkwash", "weight": 0.8}]
LINES = lines(SHOT)


@dataclass(frozen=True, slots=True)
class Kind:
    """A file, by its name and its bytes, and a part of what is read; or why it is rejected."""

    name: str
    content: bytes
    answer: dict[str, Any] | str


def image(mode: str = "RGB") -> Image.Image:
    return drawn(SHOT).convert(mode)


def saved(form: str, picture: Image.Image | None = None, **options: Any) -> bytes:
    stream = io.BytesIO()
    (picture or image()).save(stream, form, **options)
    return stream.getvalue()


def png(_picture: Image.Image | None = None, /, **texts: str) -> bytes:
    info = PngInfo()
    for name, text in texts.items():
        info.add_itxt(name, text)
    return saved("PNG", _picture, pnginfo=info)


def exif(*, big: bool = True, **tags: Any) -> bytes:
    """An EXIF block. `UserComment` is bytes, the others texts or bytes."""
    block = Image.Exif()
    block.endian = ">" if big else "<"
    for name, value in tags.items():
        tag = ExifTags.Base[name]
        (block.get_ifd(ExifTags.IFD.Exif) if name == "UserComment" else block)[tag] = value
    return block.tobytes()


def jpeg(comment: bytes, *, big: bool = True) -> bytes:
    return saved("JPEG", exif=exif(big=big, UserComment=comment))


def spliced(content: bytes, kind: bytes, data: bytes, *, at_end: bool = False) -> bytes:
    """A PNG with one more chunk, behind its header or in front of its end."""
    chunk = len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)
    place = len(content) - 12 if at_end else 33
    return content[:place] + chunk + content[place:]


def hidden(signature: str, text: bytes, mode: str) -> bytes:
    """A picture with a text in its lowest bits, down its columns."""
    content = signature.encode() + (len(text) * 8).to_bytes(4) + text
    bits = [int(bit) for byte in content for bit in f"{byte:08b}"]
    picture = drawn(replace(SHOT, width=96, height=64)).convert(mode)
    pixels = picture.load()
    assert pixels is not None
    per_pixel = 1 if mode == "RGBA" else 3
    for number in range(0, len(bits), per_pixel):
        at = divmod(number // per_pixel, picture.height)
        values = list(pixels[at])  # type: ignore[arg-type]
        for place, bit in enumerate(bits[number : number + per_pixel]):
            channel = 3 if mode == "RGBA" else place
            values[channel] = values[channel] & 254 | bit
        pixels[at] = tuple(values)
    return saved("PNG", picture)


def _frames() -> dict[str, Any]:
    return {"save_all": True, "append_images": [image().rotate(180)]}


def formats() -> list[Kind]:
    comment = b"UNICODE\0" + LINES.encode("utf-16-be")
    xmp = draw_things(WITH_LORA)["XMP"].encode()
    digits = exif(UserComment=comment).hex()
    info = PngInfo()
    info.add_text("parameters", LINES)
    return [
        Kind("a jpeg.png", jpeg(comment), TOLD),
        Kind("a webp.jpg", saved("WEBP", exif=exif(UserComment=comment)), TOLD),
        Kind("an avif.webp", saved("AVIF", exif=exif(UserComment=comment)), TOLD),
        Kind("a gif.gif", saved("GIF", comment=LINES.encode()), TOLD),
        Kind("moving.gif", saved("GIF", comment=LINES.encode(), **_frames()), TOLD),
        Kind("moving.png", saved("PNG", pnginfo=info, **_frames()), TOLD),
        Kind("moving.webp", saved("WEBP", exif=exif(UserComment=comment), **_frames()), TOLD),
        Kind("xmp.webp", saved("WEBP", xmp=xmp), TOLD | {"loras": LORA}),
        Kind("xmp.jpg", saved("JPEG", xmp=xmp), TOLD | {"loras": LORA}),
        Kind("xmp.png", png(**{"XML:com.adobe.xmp": xmp.decode()}), TOLD | {"loras": LORA}),
        Kind("comment.jpg", saved("JPEG", comment=LINES.encode()), TOLD),
        Kind("exif.png", saved("PNG", exif=exif(UserComment=comment)), TOLD),
        Kind("behind.png", spliced(png(), b"tEXt", b"parameters\0" + LINES.encode(), at_end=True),
             TOLD),
        Kind("packed.png", spliced(png(), b"zTXt", b"parameters\0\0" + zlib.compress(
            LINES.encode())), TOLD),
        Kind("profile.png", png(**{"Raw profile type exif": f"\nexif\n 1\n{digits}"}), TOLD),
        Kind("no data.png", png(), {"prompt": "", "title": "no data", "program": None}),
        Kind("a camera.jpg", saved("JPEG", exif=exif(Make="Olympus", ImageDescription="OLYMPUS")),
             {"prompt": "", "title": "a camera", "program": None}),
        Kind("page.png", b"<!DOCTYPE html><html></html>", "an HTML page"),
        Kind("drawing.png", b'<?xml version="1.0"?>\n<svg xmlns="x"/>', "an SVG drawing"),
        Kind("a tiff.png", saved("TIFF"), "a TIFF image"),
        Kind("a bmp.jpg", saved("BMP"), "a BMP image"),
        Kind("heic.jpg", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a HEIC image"),
        Kind("video.gif", b"\0\0\0\x18ftypisom\0\0\0\0isommp42", "an MP4 video"),
        Kind("nothing.png", b"", "an empty file"),
    ]  # fmt: skip


def encodings() -> list[Kind]:
    japanese = LINES.replace("灯台", "灯台の海")
    told = TOLD | {"prompt": SHOT.prompt.replace("灯台", "灯台の海")}
    big, little, utf8 = (LINES.encode(name) for name in ("utf-16-be", "utf-16-le", "utf-8"))
    comments = {
        "big": b"UNICODE\0" + big,
        "little": b"UNICODE\0" + little,
        "marked big": b"UNICODE\0\xfe\xff" + big,
        "marked little": b"UNICODE\0\xff\xfe" + little,
        "utf-8 that claims to be utf-16": b"UNICODE\0" + utf8,
        "ascii": b"ASCII\0\0\0" + utf8,
        "ascii that is utf-16": b"ASCII\0\0\0" + little,
        "undefined": b"\0" * 8 + utf8,
        "undefined utf-16": b"\0" * 8 + big,
        "plain": utf8,
        "plain with a mark": b"\xef\xbb\xbf" + utf8,
        "filled up": b"UNICODE\0" + big + b"\0" * 64,
        "filled up ascii": b"ASCII\0\0\0" + utf8 + b"\0" * 64,
    }
    found = [
        Kind(f"{name} {'MM' if is_big else 'II'}.jpg", jpeg(comment, big=is_big), TOLD)
        for name, comment in comments.items()
        for is_big in (True, False)
    ]
    jis = b"JIS\0\0\0\0\0" + japanese.encode("iso2022_jp")
    return [
        *found,
        Kind("jis.jpg", jpeg(jis), told),
        Kind("description.jpg", saved("JPEG", exif=exif(ImageDescription=utf8)), TOLD),
        Kind("windows.jpg", saved("JPEG", exif=exif(XPComment=little + b"\0\0")), TOLD),
    ]


def places_hidden() -> list[Kind]:
    packed = gzip.compress(LINES.encode())
    size = {"width": 96, "height": 64}
    made = {
        "alpha": ("stealth_pnginfo", LINES.encode(), "RGBA"),
        "alpha packed": ("stealth_pngcomp", packed, "RGBA"),
        "colours": ("stealth_rgbinfo", LINES.encode(), "RGB"),
        "colours packed": ("stealth_rgbcomp", packed, "RGB"),
    }
    found = [Kind(f"{name}.png", hidden(*each), TOLD | size) for name, each in made.items()]
    novelai = {
        "Software": "NovelAI", "Source": "NovelAI V4", "Description": "a kiln",
        "Comment": json.dumps({"prompt": "a kiln", "uc": "text", "seed": 7, "steps": 28}),
    }  # fmt: skip
    alpha = hidden("stealth_pngcomp", gzip.compress(json.dumps(novelai).encode()), "RGBA")
    answer = {"prompt": "a kiln", "seed": 7, "program": "NovelAI", "negative_prompt": "text"}
    # A length that is longer than the picture, and a text that is no gzip.
    bombs = hidden("stealth_pngcomp", b"no gzip", "RGBA")
    return [*found, Kind("novelai.png", alpha, answer), Kind("damaged.png", bombs, {"prompt": ""})]
