"""Scenes with a horizon."""

from math import pi, sin

from genonaut.pictures.brush import HEIGHT, WIDTH, Brush, ridge
from genonaut.pictures.palettes import mix
from genonaut.pictures.skies import birds, sky


def hills(brush: Brush) -> None:
    """Ranges behind ranges, paler the farther away."""
    sky(brush, 300)
    smooth, count = brush.maybe(0.5), brush.chance.randint(4, 6)
    for i in range(count):
        share = i / (count - 1)
        level, height = 270 + 185 * share, 85 - 45 * share
        colour = brush.palette.land(share**1.2)
        mist = mix(colour, brush.palette.low, 0.55 - 0.4 * share)
        line = ridge(brush.chance, level, height, 9 if smooth else 33)
        brush.ground(line, brush.fade(colour, mist), smooth=smooth)
    if brush.maybe(0.5):
        birds(brush, brush.between(90, 300), brush.between(110, 200))


def peaks(brush: Brush) -> None:
    """Mountains with a bright and a dark side."""
    sky(brush, 280)
    for row in range(3):
        colour = brush.palette.land(0.15 + 0.38 * row)
        lit = mix(colour, brush.palette.light, 0.42 - 0.1 * row)
        brush.ground(ridge(brush.chance, 380 + 40 * row, 12, 9), colour, smooth=True)
        for _ in range(4):
            x, top = brush.between(-20, 420), brush.between(130, 230) + row * 75
            half, foot = brush.between(90, 150), 420 + row * 60
            bend = x + brush.between(-12, 12)
            brush.polygon([(x, top), (x + half, foot), (bend, foot)], colour)
            brush.polygon([(x, top), (bend, foot), (x - half, foot)], lit)
    brush.ground(ridge(brush.chance, 445, 26, 9), brush.palette.near, smooth=True)


def sea(brush: Brush) -> None:
    """Water that mirrors the light."""
    palette, horizon = brush.palette, brush.between(265, 325)
    x, _ = sky(brush, horizon)
    if brush.maybe(0.55):
        coast = [min(horizon, y) for y in ridge(brush.chance, horizon - 12, 34, 17)]
        brush.ground([*coast[:-1], horizon], palette.land(0.25), smooth=True)
    water = brush.fade(mix(palette.low, palette.far, 0.45), palette.far, palette.near)
    brush.box(0, horizon, WIDTH, HEIGHT - horizon, water)
    for i in range(22):
        y = horizon + 4 + i * i * 0.42 + i
        width = brush.between(0.35, 1) * (26 + i * 4.2)
        shift = brush.between(-9, 9) * (1 + i * 0.1)
        brush.box(
            x - width / 2 + shift, y, width, 1.6 + i * 0.13, palette.light, rx=1.5, opacity=0.62
        )
    for i in range(16):
        y = horizon + 10 + i * i * 0.75
        brush.box(
            brush.between(-30, 380), y, brush.between(30, 110), 1.4 + i * 0.1,
            mix(palette.far, palette.light, 0.35), rx=1, opacity=0.4,
        )  # fmt: skip


def dunes(brush: Brush) -> None:
    """Sand, each crest with its shadow."""
    sky(brush, 290)
    side = brush.chance.choice((-1, 1))
    for i in range(5):
        share = i / 4
        colour = brush.palette.land(share * 0.8)
        lit = mix(colour, brush.palette.light, 0.4 - 0.22 * share)
        x = WIDTH * (0.5 + side * (0.34 if i % 2 else -0.2)) + brush.between(-50, 50)
        top, foot = 268 + 46 * i + brush.between(-16, 8), 330 + 50 * i
        sand = brush.fade_between(top, HEIGHT, lit, colour)
        brush.ground([foot + brush.between(-9, 9) for _ in range(5)], sand, smooth=True)
        far, near = x - side * brush.between(230, 330), x + side * brush.between(240, 340)
        base = foot + 8
        lee = f"C{x + side * 45:.0f} {top + 34:.0f} {near - side * 80:.0f} {foot:.0f} "
        lee += f"{near:.0f} {base:.0f}"
        windward = f"M{far:.0f} {base:.0f}C{far + side * 110:.0f} {foot:.0f} "
        windward += f"{x - side * 70:.0f} {top + 8:.0f}"
        brush.path(f"{windward} {x:.0f} {top:.0f}{lee}V520H{far:.0f}Z", sand)
        dark = mix(colour, brush.palette.near, 0.5)
        edge = f"C{x - side * 34:.0f} {top + 70:.0f} {x + side * 60:.0f} {foot + 10:.0f}"
        shadow = brush.fade_between(top, foot + 110, (dark, 1), (dark, 0.85), (dark, 0))
        brush.path(f"M{x:.0f} {top:.0f}{lee}V520H{x:.0f}{edge} {x:.0f} {top:.0f}Z", shadow)


def town(brush: Brush) -> None:
    """Roofs behind roofs, some windows lit."""
    sky(brush, 330)
    palette = brush.palette
    for row in range(3):
        colour, x = palette.land(0.2 + 0.4 * row), -20.0
        while x < WIDTH:
            width, top = brush.between(26, 62), brush.between(180, 300) + row * 62
            brush.box(x, top, width + 1, HEIGHT, colour)
            _roof(brush, x, top, width, colour)
            if row:
                _windows(brush, x, top, width)
            x += width


def _roof(brush: Brush, x: float, top: float, width: float, colour: str) -> None:
    match brush.chance.randint(0, 4):
        case 0:
            brush.polygon([(x, top), (x + width / 2, top - width * 0.6), (x + width, top)], colour)
        case 1:
            brush.path(
                f"M{x:.0f} {top:.0f}a{width / 2:.1f} {width / 2:.1f} 0 0 1 {width:.1f} 0Z", colour
            )
        case 2:
            brush.box(x + width * 0.45, top - width, 3, width, colour)


def _windows(brush: Brush, x: float, top: float, width: float) -> None:
    columns = int(width // 14)
    left = x + (width - columns * 14) / 2 + 4
    lit = [
        f"M{left + column * 14:.0f} {top + 12 + line * 18:.0f}h6v9h-6z"
        for column in range(columns)
        for line in range(12)
        if brush.maybe(0.36)
    ]
    if lit:
        brush.path("".join(lit), brush.palette.light, opacity=brush.between(0.55, 0.95))


def forest(brush: Brush) -> None:
    """Firs in the mist."""
    sky(brush, 320)
    for row in range(4):
        share, foot = row / 3, 340 + row * 56
        colour = brush.palette.land(0.12 + 0.88 * share)
        brush.ground(ridge(brush.chance, foot, 14, 9), colour, smooth=True)
        for _ in range(15 - 3 * row):
            x, height = brush.between(-10, 410), brush.between(70, 130) * (0.65 + 0.42 * share)
            _fir(brush, x, foot + 14, height, colour)
        veil = brush.fade((brush.palette.low, 0), (brush.palette.low, 0.38 * (1 - share)))
        brush.box(0, foot - 60, WIDTH, 120, veil)


def _fir(brush: Brush, x: float, foot: float, height: float, colour: str) -> None:
    left, right, steps = [], [], 6
    for i in range(steps + 1):
        y, half = foot - height + height * i / steps, height * 0.24 * i / steps
        left += [(x - half * 0.55, y), (x - half, y + 3)]
        right += [(x + half * 0.55, y), (x + half, y + 3)]
    brush.polygon([*left, *reversed(right)], colour)


def great_wave(brush: Brush) -> None:
    """Overlapping scales of water, as on printed cloth."""
    palette = brush.palette
    sky(brush, 260)
    if brush.maybe(0.6):
        _cone(brush, brush.between(110, 290))
    size = brush.chance.choice((34, 44, 52, 60))
    for row in range(int(310 / size / 0.42)):
        y, offset = 262 + row * size * 0.42, (row % 2) * size
        for i in range(-1, WIDTH // size // 2 + 2):
            x, bob = i * size * 2 + offset, 5 * sin(2 * pi * (i / 4 + row / 9))
            for ring_number, colour in enumerate(
                (palette.land(0.3 + row / 20), palette.light, palette.land(0.55 + row / 32),
                 palette.light, palette.far)
            ):  # fmt: skip
                brush.disc(x, y + bob + size * 0.6, size * (1 - ring_number * 0.19), colour)


def _cone(brush: Brush, x: float) -> None:
    """A volcano with snow on it."""
    y, colour = brush.between(120, 165), brush.palette.land(0.3)
    brush.stamp(x, y, "M-16 0H16Q60 95 190 200H-190Q-60 95-16 0Z", colour)
    snow = mix(brush.palette.light, "#ffffff", 0.5)
    brush.stamp(
        x, y, "M-16 0H16Q24 20 36 38l-14-10l-12 14l-12-12l-14 12l-10-12l-10 8Q-24 20-16 0Z", snow
    )
