"""What is above the horizon."""

from genonaut.pictures.brush import HEIGHT, WIDTH, Brush, Point
from genonaut.pictures.palettes import mix


def sky(brush: Brush, horizon: float = HEIGHT) -> Point:
    """A sky with a sun or moon, and stars or clouds; returns the position of the light."""
    palette = brush.palette
    brush.box(0, 0, WIDTH, HEIGHT, brush.fade(palette.high, palette.middle, palette.low))
    if palette.is_dark:
        stars(brush, horizon)
    x, y = brush.between(90, 310), brush.between(0.3, 0.72) * horizon
    radius = brush.between(24, 62)
    brush.disc(x, y, radius * 4.2, brush.glow((palette.light, 0.55), (palette.light, 0)))
    brush.disc(x, y, radius, palette.light)
    if palette.is_dark and brush.maybe(0.4):
        craters(brush, x, y, radius)
    elif brush.maybe(0.65):
        clouds(brush, horizon)
    return x, y


def stars(brush: Brush, horizon: float) -> None:
    """Stars, fewer and fainter towards the horizon."""
    for _ in range(46):
        x, height = brush.between(0, WIDTH), brush.chance.random() ** 1.6
        radius, opacity = brush.between(0.5, 1.7), 0.9 - 0.7 * height
        brush.disc(x, height * horizon, radius, brush.palette.light, opacity=opacity)


def craters(brush: Brush, x: float, y: float, radius: float) -> None:
    """Turns a disc into a moon."""
    dark = mix(brush.palette.light, brush.palette.middle, 0.3)
    for dx, dy, size in (
        (-0.35, -0.2, 0.22),
        (0.25, 0.3, 0.3),
        (0.3, -0.4, 0.13),
        (-0.2, 0.5, 0.1),
    ):
        brush.disc(x + dx * radius, y + dy * radius, size * radius, dark, opacity=0.5)


def clouds(brush: Brush, horizon: float) -> None:
    """Long flat clouds, a few lines each."""
    for _ in range(brush.chance.randint(2, 4)):
        x, y = brush.between(-60, 320), brush.between(0.12, 0.75) * horizon
        width = brush.between(110, 230)
        for row in range(3):
            length = width * brush.between(0.45, 1) * (1 - row * 0.18)
            left = x + brush.between(-20, 40)
            brush.box(left, y + row * 8, length, 7, brush.palette.light, rx=3.5, opacity=0.34)


def birds(brush: Brush, x: float, y: float) -> None:
    """A flock, far away."""
    for _ in range(brush.chance.randint(4, 8)):
        left, top, size = (
            x + brush.between(-60, 60),
            y + brush.between(-35, 35),
            brush.between(4, 9),
        )
        wings = f"M{left:.0f} {top:.0f}q{size / 2:.1f} {-size * 0.7:.1f} {size:.1f} 0"
        brush.path(
            f"{wings}q{size / 2:.1f} {-size * 0.7:.1f} {size:.1f} 0",
            stroke=brush.palette.near,
            stroke_width=1.6,
            stroke_linecap="round",
        )
