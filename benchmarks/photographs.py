"""Pictures as models make them: soft areas, edges, and grain. A PNG of 1024 x 1024 has 1.6 MB.

    python -m benchmarks.photographs FOLDER --count 1000 --size 1024

How long a file takes to decode depends on its grain, so flat pictures would say little.
"""

import argparse
import os
import random
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter
from PIL.PngImagePlugin import PngInfo

GRAIN = (1.5, 2, 3, 4)
PARAMETERS = """a lighthouse by the sea, number {number}
Negative prompt: blurry, text
Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: {number}, Size: {size}x{size}, Model: harbour_v2"""


def write(folder: Path, count: int, size: int) -> None:
    """Write so many PNG files, which are all different; those that are there already are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = [n for n in range(count) if not (folder / f"{n:06}.png").exists()]
    with ProcessPoolExecutor(os.cpu_count()) as processes:
        list(processes.map(partial(_write_one, folder, size), missing, chunksize=8))


def _write_one(folder: Path, size: int, number: int) -> None:
    info = PngInfo()
    info.add_text("parameters", PARAMETERS.format(number=number, size=size))
    part = folder / f"{number:06}.part"
    _drawn(random.Random(number), size).save(part, "PNG", pnginfo=info, compress_level=4)
    part.rename(folder / f"{number:06}.png")


def _drawn(lots: random.Random, size: int) -> Image.Image:
    coarse = lots.choice((16, 32, 64))
    soft = [Image.effect_noise((coarse, coarse), 90).resize((size, size)) for _ in range(3)]
    image = Image.merge("RGB", soft)
    draw = ImageDraw.Draw(image)
    for _ in range(40):
        x, y, reach = lots.randrange(size), lots.randrange(size), lots.randrange(1, size // 4)
        form = lots.choice((draw.ellipse, draw.rectangle))
        form((x, y, x + reach, y + reach), fill=tuple(lots.randrange(256) for _ in range(3)))
    strength = lots.choice(GRAIN)
    grain = [Image.effect_noise((size, size), strength) for _ in range(3)]
    image = image.filter(ImageFilter.GaussianBlur(1.2))
    return ImageChops.add(image, Image.merge("RGB", grain), 1, -128)


def main() -> None:
    """Write the pictures that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--size", type=int, default=1024)
    given = parser.parse_args()
    write(given.folder, given.count, given.size)


if __name__ == "__main__":
    main()
