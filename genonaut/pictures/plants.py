"""Flowers, close by."""

from genonaut.pictures.brush import HEIGHT, WIDTH, Brush, ring
from genonaut.pictures.palettes import mix


def garden(brush: Brush) -> None:
    """Stems with leaves and blossoms."""
    palette = brush.palette
    brush.box(0, 0, WIDTH, HEIGHT, brush.fade(palette.light, mix(palette.low, palette.light, 0.35)))
    sun = mix(palette.low, palette.middle, 0.35)
    brush.disc(
        brush.between(90, 310), brush.between(110, 250), brush.between(70, 165), sun, opacity=0.55
    )
    stems, blossom = brush.chance.randint(3, 8), brush.chance.choice((_blossom, _blossom, _tulip))
    spread = WIDTH / stems
    for i in range(stems):
        x = (i + 0.5) * spread + brush.between(-0.25, 0.25) * spread
        top, lean = brush.between(90, 290), brush.between(-34, 34)
        colour = palette.land(brush.between(0.45, 1))
        _stem(brush, x, top, lean, colour)
        blossom(brush, x + lean, top)


def _stem(brush: Brush, x: float, top: float, lean: float, colour: str) -> None:
    brush.path(
        f"M{x:.0f} 510C{x:.0f} 400 {x + lean:.0f} 320 {x + lean:.0f} {top:.0f}",
        stroke=colour,
        stroke_width=3,
        stroke_linecap="round",
    )
    size = brush.between(0.7, 1.15)
    for y in range(int(top) + 60, 490, brush.chance.choice((36, 46, 62))):
        along = (y - top) / (510 - top)
        for side in (-1, 1):
            leaf = f"M0 0q{side * 26}-34 {side * 50}-16q{side * -16} 26 {side * -50} 16Z"
            at = x + lean * (1 - along) ** 1.4
            brush.stamp(at, y, leaf, brush.shade(colour, 0.35), size)


def _tulip(brush: Brush, x: float, y: float) -> None:
    colour = brush.chance.choice((brush.palette.accent, brush.palette.middle, brush.palette.high))
    size = brush.between(0.8, 1.3)
    brush.stamp(x, y, "M-20-34Q-24 12 0 14Q24 12 20-34Q10-24 0-40Q-10-24-20-34Z", colour, size)
    inner = brush.shade(mix(colour, brush.palette.light, 0.25))
    brush.stamp(x, y, "M0-40Q12-14 0 14Q-12-14 0-40Z", inner, size)


def _blossom(brush: Brush, x: float, y: float) -> None:
    petals, size = brush.chance.choice((5, 6, 8)), brush.between(13, 24)
    colour = brush.chance.choice((brush.palette.accent, brush.palette.middle, brush.palette.high))
    for corner in ring(x, y, size, petals, brush.between(0, 1)):
        brush.disc(*corner, size * 0.72, brush.shade(colour, 0.25), opacity=0.92)
    brush.disc(x, y, size * 0.55, brush.palette.light)
