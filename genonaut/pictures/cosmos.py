"""Planets and suns."""

from math import cos, pi, sin

from genonaut.pictures.brush import HEIGHT, WIDTH, Attributes, Brush
from genonaut.pictures.palettes import mix
from genonaut.pictures.skies import stars


def cosmos(brush: Brush) -> None:
    """Planets in front of nebulae and stars."""
    palette = brush.palette
    deep = mix(palette.near, "#05060f", 0.55)
    brush.box(0, 0, WIDTH, HEIGHT, brush.fade(deep, mix(palette.high, deep, 0.35), deep, slope=1))
    for colour in (palette.accent, palette.middle, palette.low):
        radius = brush.between(130, 240)
        cloud = brush.glow((colour, 0.5), (colour, 0))
        brush.disc(brush.between(0, 400), brush.between(0, 500), radius, cloud)
    stars(brush, HEIGHT)
    brush.chance.choice((_ringed_planet, _ringed_planet, _orbits, _rising_planet))(brush)


def _planet(brush: Brush, x: float, y: float, radius: float, tilt: str) -> None:
    palette = brush.palette
    brush.disc(x, y, radius, brush.fade(palette.light, palette.low, palette.far, slope=0.7))
    inside, height = brush.inside_disc(x, y, radius), -0.8 * radius
    brush.open_group(clip_path=inside)
    while height < 0.75 * radius:
        thickness = brush.between(0.05, 0.16) * radius
        colour = brush.chance.choice((palette.near, palette.near, palette.accent))
        faint = brush.between(0.1, 0.28)
        left, width = x - radius * 1.1, radius * 2.2
        brush.box(left, y + height, width, thickness, colour, transform=tilt, opacity=faint)
        height += thickness + brush.between(0.08, 0.3) * radius
    brush.close_group()


def _ringed_planet(brush: Brush) -> None:
    x, y, radius = brush.between(140, 260), brush.between(170, 330), brush.between(60, 115)
    tilt = f"rotate({brush.between(-32, 32):.0f} {x:.0f} {y:.0f})"
    pen: Attributes = {
        "stroke": brush.palette.light,
        "stroke_width": brush.between(2, 14),
        "transform": tilt,
    }
    wide = radius * brush.between(1.45, 1.9)
    flat = wide * brush.between(0.14, 0.3)
    brush.add("ellipse", cx=x, cy=y, rx=wide, ry=flat, fill="none", opacity=0.4, **pen)
    _planet(brush, x, y, radius, tilt)
    front = f"M{x - wide:.0f} {y:.0f}A{wide:.0f} {flat:.0f} 0 0 0 {x + wide:.0f} {y:.0f}"
    brush.path(front, "none", opacity=0.85, **pen)
    for _ in range(brush.chance.randint(0, 2)):
        size = brush.between(7, 19)
        brush.disc(brush.between(30, 370), brush.between(40, 460), size, brush.palette.accent)


def _orbits(brush: Brush) -> None:
    """A sun with planets in their orbits, seen from above."""
    palette, x, y = brush.palette, brush.between(80, 320), brush.between(120, 380)
    radius = brush.between(26, 48)
    brush.disc(x, y, radius * 3, brush.glow((palette.light, 0.6), (palette.light, 0)))
    brush.disc(x, y, radius, palette.light)
    way = radius + brush.between(24, 40)
    for i in range(brush.chance.randint(4, 6)):
        brush.disc(x, y, way, "none", stroke=palette.light, stroke_width=1, opacity=0.45)
        angle, size = brush.between(0, 2 * pi), brush.between(5, 17)
        colour = brush.chance.choice((palette.accent, palette.low, palette.middle, palette.light))
        brush.disc(x + way * cos(angle), y + way * sin(angle), size, colour)
        way += brush.between(30, 58) + 4 * i


def _rising_planet(brush: Brush) -> None:
    """A planet so large that only a part of it is in view."""
    x, y, radius = brush.between(100, 300), brush.between(470, 560), brush.between(220, 300)
    tilt = f"rotate({brush.between(-25, 25):.0f} {x:.0f} {y:.0f})"
    halo = brush.glow(
        (brush.palette.light, 0.7), (brush.palette.light, 0.35), (brush.palette.light, 0)
    )
    brush.disc(x, y, radius * 1.25, halo)
    _planet(brush, x, y, radius, tilt)
    moon = (brush.between(60, 340), brush.between(60, 190))
    size = brush.between(14, 40)
    brush.disc(*moon, size, brush.palette.light)
    brush.disc(
        moon[0] + size * 0.35, moon[1] - size * 0.1, size * 0.92, brush.palette.high, opacity=0.8
    )
