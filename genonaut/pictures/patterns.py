"""Scenes without a horizon."""

from itertools import pairwise
from math import cos, hypot, pi, sin

from genonaut.pictures.brush import HEIGHT, WIDTH, Brush, Point, ridge
from genonaut.pictures.palettes import mix


def tiles(brush: Brush) -> None:
    """Quarters, halves and wholes of circles on a grid."""
    palette, size = brush.palette, 100
    colours = [
        palette.high,
        palette.middle,
        palette.low,
        palette.light,
        palette.near,
        palette.accent,
    ]
    for row in range(HEIGHT // size):
        for column in range(WIDTH // size):
            back, front, third = brush.chance.sample(colours, 3)
            x, y = column * size, row * size
            brush.box(x, y, size + 0.5, size + 0.5, back)
            _tile(brush, x, y, size, front, third)


def _tile(brush: Brush, x: float, y: float, size: float, front: str, third: str) -> None:
    turn = f"rotate({brush.chance.choice((0, 90, 180, 270))} {x + size / 2} {y + size / 2})"
    match brush.chance.randint(0, 5):
        case 0:
            brush.path(
                f"M{x} {y}h{size}a{size} {size} 0 0 1 {-size} {size}Z", front, transform=turn
            )
        case 1:
            brush.path(f"M{x} {y}a{size / 2} {size / 2} 0 0 0 {size} 0Z", front, transform=turn)
            brush.path(
                f"M{x} {y + size}a{size / 2} {size / 2} 0 0 1 {size} 0Z", third, transform=turn
            )
        case 2:
            brush.disc(x + size / 2, y + size / 2, size * 0.38, front)
            brush.disc(x + size / 2, y + size / 2, size * 0.17, third)
        case 3:
            brush.polygon([(x, y), (x + size, y + size), (x, y + size)], front, transform=turn)
        case 4:
            for i in range(4):
                brush.box(x, y + i * size / 4, size, size / 8, front, transform=turn)


def rays(brush: Brush) -> None:
    """A fan of light behind arcs, as on a theatre's front."""
    palette = brush.palette
    x, y = WIDTH * brush.chance.choice((0.5, 0.5, 0.28, 0.72)), brush.between(310, 410)
    brush.box(0, 0, WIDTH, HEIGHT, palette.high)
    count = brush.chance.choice((18, 22, 26, 34))
    bright = brush.fade(mix(palette.high, palette.low, 0.3), palette.low)
    for i in range(0, count, 2):
        far = [
            (x + 680 * cos(pi + pi * j / count), y + 680 * sin(pi + pi * j / count))
            for j in (i, i + 1)
        ]
        brush.polygon([(x, y), *far], bright)
    width = brush.chance.choice((20, 28, 38))
    for i, radius in enumerate(range(brush.chance.randint(110, 190), 18, -width)):
        fill = (palette.near, palette.light, palette.accent, palette.light)[i % 4]
        brush.path(f"M{x - radius} {y:.0f}a{radius} {radius} 0 0 1 {2 * radius} 0Z", fill)
    brush.box(0, y, WIDTH, HEIGHT - y, brush.fade(palette.far, palette.near))
    if brush.maybe(0.5):
        for i in range(1, 6):
            brush.box(0, y + i * i * 4.6, WIDTH, 1 + i * 0.7, palette.light, opacity=0.55)
    else:
        for i in range(3):
            line = ridge(brush.chance, y + 22 + i * 34, 20, 9)
            brush.ground(line, palette.land(0.3 + 0.35 * i), smooth=True)


def facets(brush: Brush) -> None:
    """A sheet of triangles that catch the light differently."""
    palette, size = brush.palette, brush.chance.choice((50, 57, 66))
    lead = brush.maybe(0.45)
    columns, rows = WIDTH // size + 3, HEIGHT // size + 3
    jitter = [-size * 0.34, size * 0.34]
    grid = [
        [
            ((i - 1) * size + brush.between(*jitter), (j - 1) * size + brush.between(*jitter))
            for i in range(columns)
        ]
        for j in range(rows)
    ]
    centre = (brush.between(100, 300), brush.between(120, 300))
    for above, below in pairwise(grid):
        for a, b, c, d in zip(above, above[1:], below, below[1:], strict=False):
            for triangle in ([a, b, c], [b, d, c]):
                colour = _lit(brush, triangle, centre)
                edge = mix(palette.near, "#000000", 0.35) if lead else colour
                width = 4 if lead else 0.7
                brush.polygon(
                    triangle, colour, stroke=edge, stroke_width=width, stroke_linejoin="round"
                )


def _lit(brush: Brush, triangle: list[Point], centre: Point) -> str:
    palette = brush.palette
    x, y = (sum(point[axis] for point in triangle) / 3 for axis in (0, 1))
    share = min(1.0, hypot(x - centre[0], y - centre[1]) / 330)
    share = min(1.0, max(0.0, share + brush.between(-0.13, 0.13)))
    if brush.maybe(0.05):
        return palette.accent
    steps = (palette.light, palette.low, palette.middle, palette.far, palette.near)
    place = share * (len(steps) - 1)
    at = min(int(place), len(steps) - 2)
    return mix(steps[at], steps[at + 1], place - at)


def pixels(brush: Brush) -> None:
    """A landscape of large squares."""
    palette, size = brush.palette, 25
    sun = (brush.chance.randint(3, 12), brush.chance.randint(3, 7))
    swing, phase = brush.between(1.6, 3), brush.between(0, 6)
    hills = [10.5 + swing * sin(i / 2.2 + phase) for i in range(WIDTH // size)]
    nearer = [14.5 + 1.8 * sin(i / 3.1 + phase + 2) for i in range(WIDTH // size)]
    for row in range(HEIGHT // size):
        for column in range(WIDTH // size):
            colour = mix(palette.high, palette.low, min(1, row / 12))
            if hypot(column - sun[0], row - sun[1]) < 2.6:
                colour = palette.light
            if row >= hills[column]:
                colour = palette.land(0.25)
            if row >= nearer[column]:
                colour = palette.near if brush.maybe(0.93) else palette.accent
            brush.box(column * size, row * size, size + 0.3, size + 0.3, brush.shade(colour, 0.09))


def dots(brush: Brush) -> None:
    """Many touches of pure colour."""
    palette = brush.palette
    brush.box(0, 0, WIDTH, HEIGHT, mix(palette.low, palette.light, 0.5))
    sun = (brush.between(110, 290), brush.between(110, 190))
    for row in range(24):
        for column in range(20):
            x, y = column * 21 + (row % 2) * 10, row * 21 + 8
            near = hypot(x - sun[0], y - sun[1]) < 62
            line = 300 + 42 * sin(x / 61) + 16 * sin(x / 23)
            if near and y < line:
                colour = palette.accent
            elif y < line:
                colour = mix(palette.high, palette.low, y / 330)
            else:
                colour = palette.land(min(1, (y - line) / 170))
            brush.disc(x, y, brush.between(6.5, 10.5), brush.shade(colour, 0.4))


def lanterns(brush: Brush) -> None:
    """Lights out of focus, in the dark."""
    palette = brush.palette
    dark = mix(palette.near, "#000000", 0.25)
    brush.box(0, 0, WIDTH, HEIGHT, brush.fade(dark, mix(palette.high, dark, 0.72), dark))
    for _ in range(34):
        colour = brush.chance.choice((palette.light, palette.low, palette.accent, palette.middle))
        x, y, radius = brush.between(0, 400), brush.between(0, 500), brush.between(8, 52)
        opacity = brush.between(0.16, 0.5)
        brush.disc(x, y, radius, colour, opacity=opacity)
        brush.add(
            "circle", cx=x, cy=y, r=radius, fill="none", stroke=colour, stroke_width=1.2,
            opacity=min(1, opacity + 0.2),
        )  # fmt: skip
