"""Pictures as people have them: every format, every program's convention, and some without data.

`python -m tests.support.pictures DEST --count 300 --seed 1 --size 512` writes them. The same
arguments make the same pictures. With `--grain` their PNGs are as large as those of a model.
"""

import argparse
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from PIL import ExifTags, Image, ImageChops, ImageDraw, ImageOps
from PIL.PngImagePlugin import PngInfo

from tests.support.conventions import CONVENTIONS, Shot, Texts

SHAPES = ((1.0, 1.0), (0.66, 1.0), (1.0, 0.66), (0.56, 1.0), (1.0, 0.42), (0.8, 1.0))
THINGS = ("lighthouse", "paper boat", "brass telescope", "clay owl", "red bicycle", "kiln", "モス")
PLACES = ("by the sea", "on a slate roof", "in the rain", "at dusk", "in a market", "in snow")
MODELS = ("harbour_v2", "plainXL", "flux1-dev", "sd_xl_base_1.0")
FOLDERS = ("", "", "2026-01-05", "2026-01-06/best of", "Zürich été")
_MISNAMED = 15
"""One in so many has the name of another format."""
_MIMES = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "avif": "AVIF", "gif": "GIF"}


@dataclass(frozen=True, slots=True)
class Made:
    """A file, what made it, and how; a camera's picture has no generation data."""

    path: Path
    program: str
    shot: Shot


def make(
    folder: Path, count: int, seed: int = 1, size: int = 512, *, grain: bool = False
) -> list[Made]:
    """Write so many pictures; `size` is the longer side in pixels."""
    return list(_made(folder, count, random.Random(seed), size, grain=grain))


def _made(
    folder: Path, count: int, lots: random.Random, size: int, *, grain: bool
) -> Iterator[Made]:
    kinds = [(name, form) for name, (_, forms) in CONVENTIONS.items() for form in forms]
    for number, (program, form) in enumerate(islice(cycle(kinds), count), 1):
        shot = _shot(lots, size)
        suffix = lots.choice(list(_MIMES)) if number % _MISNAMED == 0 else form
        path = folder / lots.choice(FOLDERS) / f"{number:05} {program}.{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        save(path, form, drawn(shot, grain=grain), CONVENTIONS[program][0](shot))
        yield Made(path, program, shot)


def _shot(lots: random.Random, size: int) -> Shot:
    across, down = lots.choice(SHAPES)
    return Shot(
        prompt=f"a {lots.choice(THINGS)} {lots.choice(PLACES)}, number {lots.randrange(10**6)}",
        negative=lots.choice(("blurry, text", "lowres", "people")),
        seed=lots.randrange(2**32),
        steps=lots.randint(8, 50),
        cfg=lots.choice((1.5, 3.5, 6.5, 7.0)),
        model=lots.choice(MODELS),
        lora=lots.choice((None, ("inkwash", 0.8))),
        width=max(8, int(across * size)),
        height=max(8, int(down * size)),
    )


def drawn(shot: Shot, *, grain: bool = False) -> Image.Image:
    """Two colours that run into one another, and a few forms: no two seeds look alike."""
    lots = random.Random(shot.seed)
    size = (shot.width, shot.height)
    shade = Image.linear_gradient("L").rotate(lots.choice((0, 90, 180, 270))).resize(size)
    image = ImageOps.colorize(shade, _colour(lots), _colour(lots))
    draw = ImageDraw.Draw(image)
    for _ in range(lots.randint(3, 7)):
        x, y = lots.randrange(shot.width), lots.randrange(shot.height)
        reach = lots.randint(4, max(5, max(size) // 4))
        form = lots.choice((draw.ellipse, draw.rectangle))
        form((x - reach, y - reach, x + reach, y + reach), fill=_colour(lots))
    if not grain:
        return image
    noise = Image.merge("RGB", [Image.effect_noise(size, 12)] * 3)
    return ImageChops.add(image, noise, 1, -128)


def _colour(lots: random.Random) -> tuple[int, int, int]:
    return lots.randrange(256), lots.randrange(256), lots.randrange(256)


def save(path: Path, form: str, image: Image.Image, texts: Texts) -> None:
    """Write a picture with texts where programs put them in this format."""
    if form == "png":
        info = PngInfo()
        for name, text in texts.items():
            if name not in {"UserComment", "Make", "Model", "XMP"}:
                info.add_itxt(name, text)
        image.save(path, "PNG", pnginfo=info, compress_level=1)
    elif form == "gif":
        comment = texts.get("Comment", "").encode()
        image.quantize(64).save(path, "GIF", **({"comment": comment} if comment else {}))
    else:
        xmp = {"xmp": texts["XMP"].encode()} if "XMP" in texts else {}
        image.save(path, _MIMES[form], quality=80, exif=_exif(texts), **xmp)


def _exif(texts: Texts) -> bytes:
    exif = Image.Exif()
    for tag in (ExifTags.Base.Make, ExifTags.Base.Model, ExifTags.Base.Software):
        if tag.name in texts:
            exif[tag] = texts[tag.name]
    if comment := texts.get("UserComment"):
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = b"UNICODE\0" + comment.encode(
            "utf-16-be"
        )
    return exif.tobytes()


def main() -> None:
    """Write the pictures that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dest", type=Path)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--grain", action="store_true")
    given = parser.parse_args()
    make(given.dest, given.count, given.seed, given.size, grain=given.grain)


if __name__ == "__main__":
    main()
