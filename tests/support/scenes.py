"""Painted landscapes: pictures that are pleasant to look at, for the documentation.

A scene has a sky with a sun or a moon, clouds, hills, and the grain of a painting.
"""

import math
import random
from collections.abc import Sequence
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

Colour = tuple[int, int, int]

# The top of the sky, its bottom, the sun, and the nearest hill.
HOURS: Final[Sequence[tuple[str, str, str, str]]] = (
    ("#1f3b6f", "#f6b26b", "#fff1c9", "#1b2330"),
    ("#3f78b5", "#cfe6f2", "#ffffff", "#23452f"),
    ("#241a45", "#d4587a", "#ffd9a0", "#150f26"),
    ("#0b1430", "#2d5573", "#e9f1ff", "#060b16"),
    ("#7b5ea7", "#ffd3b5", "#fff6dd", "#33244f"),
    ("#4f8f8b", "#f3e6c0", "#fffbe8", "#1f3d3b"),
    ("#8c3b2e", "#f4c15d", "#fff3c4", "#2b1512"),
    ("#5a7184", "#e4ded2", "#ffffff", "#2c343b"),
)


def scene(width: int, height: int, seed: int) -> Image.Image:
    """A landscape; the same seed paints the same one."""
    lots = random.Random(seed)
    top, bottom, sun, near = (_rgb(code) for code in lots.choice(HOURS))
    horizon = lots.uniform(0.45, 0.7)
    image = _sky(width, height, top, bottom)
    place = (lots.uniform(0.15, 0.85) * width, lots.uniform(0.15, horizon - 0.05) * height)
    image = _lit(image, place, lots.uniform(0.03, 0.09) * min(width, height), sun)
    image = _clouded(image, lots, sun)
    _hills(image, lots, horizon, _mixed(bottom, near, 0.3), near)
    grain = Image.merge("RGB", [Image.effect_noise(image.size, 9)] * 3)
    return ImageChops.add(image.filter(ImageFilter.GaussianBlur(0.6)), grain, 1, -128)


def _sky(width: int, height: int, top: Colour, bottom: Colour) -> Image.Image:
    return ImageOps.colorize(Image.linear_gradient("L").resize((width, height)), top, bottom)


def _lit(image: Image.Image, at: tuple[float, float], reach: float, colour: Colour) -> Image.Image:
    """With a sun and its glow."""
    for size, blur in ((reach * 2.2, reach), (reach, 1)):
        light = Image.new("L", image.size)
        box = (at[0] - size, at[1] - size, at[0] + size, at[1] + size)
        ImageDraw.Draw(light).ellipse(box, fill=150 if blur > 1 else 255)
        light = light.filter(ImageFilter.GaussianBlur(blur))
        image = Image.composite(Image.new("RGB", image.size, colour), image, light)
    return image


def _clouded(image: Image.Image, lots: random.Random, colour: Colour) -> Image.Image:
    """With clouds that are longer than they are high."""
    veil = Image.new("L", image.size)
    for across, down, strength in ((4, 9, 1.0), (9, 20, 0.6), (22, 44, 0.35)):
        spots = Image.new("L", (across, down))
        spots.putdata([lots.randrange(256) for _ in range(across * down)])
        layer = spots.resize(image.size, Image.Resampling.BICUBIC)
        veil = ImageChops.add(veil, layer.point(lambda v, s=strength: int(v * s / 2)))
    veil = veil.point(lambda value: max(0, min(170, (value - 120) * 2)))
    return Image.composite(Image.new("RGB", image.size, colour), image, veil)


def _hills(
    image: Image.Image, lots: random.Random, horizon: float, far: Colour, near: Colour
) -> None:
    draw = ImageDraw.Draw(image)
    layers = lots.randint(2, 5)
    for layer in range(layers):
        waves = [(lots.uniform(0.6, 9), lots.uniform(0, 7), lots.random()) for _ in range(5)]
        level = horizon + (0.93 - horizon) * layer / layers
        points = [
            (x, image.height * (level + _height(waves, x / image.width) * 0.09))
            for x in range(0, image.width + 4, 4)
        ]
        colour = _mixed(far, near, layer / max(1, layers - 1))
        draw.polygon([*points, (image.width, image.height), (0, image.height)], fill=colour)


def _height(waves: Sequence[tuple[float, float, float]], x: float) -> float:
    return sum(
        size * math.sin(many * x * math.tau + start) / max(1, many) for many, start, size in waves
    )


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _rgb(code: str) -> Colour:
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)
