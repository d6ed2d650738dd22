"""Below the sea, and above the clouds."""

from genonaut.pictures.brush import HEIGHT, WIDTH, Brush, ridge
from genonaut.pictures.palettes import mix


def seabed(brush: Brush) -> None:
    """Light that falls into deep water, weed, and bubbles."""
    palette = brush.palette
    deep = mix(palette.far, palette.near, 0.75)
    brush.box(0, 0, WIDTH, HEIGHT, brush.fade(mix(palette.high, palette.low, 0.5), deep))
    for _ in range(5):
        x, width = brush.between(-40, 400), brush.between(18, 60)
        ray = brush.fade((palette.light, 0.3), (palette.light, 0))
        brush.polygon([(x, 0), (x + width, 0), (x + width - 60, 420), (x - 130, 420)], ray)
    for row in range(3):
        line = ridge(brush.chance, 430 + 25 * row, 26, 9)
        brush.ground(line, palette.land(0.45 + 0.25 * row), smooth=True)
    for _ in range(16):
        _weed(brush)
    for _ in range(22):
        x, y, size = brush.between(0, WIDTH), brush.between(30, 430), brush.between(2, 8)
        brush.disc(x, y, size, "none", opacity=0.6, stroke=palette.light, stroke_width=1.5)


def _weed(brush: Brush) -> None:
    x, foot, height = brush.between(0, WIDTH), brush.between(455, 500), brush.between(50, 130)
    bend = brush.between(8, 22)
    stem = f"M{x:.0f} {foot:.0f}q{bend:.0f} {-height / 4:.0f} 0 {-height / 2:.0f}"
    stem += f"t0 {-height / 2:.0f}"
    colour = brush.palette.land(brush.between(0.6, 1))
    brush.path(stem, stroke=colour, stroke_width=5, stroke_linecap="round")


def clouds(brush: Brush) -> None:
    """Banks of cloud, one before the other."""
    palette = brush.palette
    brush.box(0, 0, WIDTH, HEIGHT, brush.fade(palette.high, palette.middle, palette.low))
    x, y, radius = brush.between(80, 320), brush.between(70, 140), brush.between(24, 44)
    brush.disc(x, y, radius * 4, brush.glow((palette.light, 0.55), (palette.light, 0)))
    brush.disc(x, y, radius, palette.light)
    for row in range(5):
        level, share = 250 + 55 * row, row / 4
        colour = mix(mix(palette.middle, palette.low, 0.5), palette.light, 0.25 + 0.6 * share)
        shade = brush.fade_between(level - 50, level + 90, colour, mix(colour, palette.far, 0.3))
        at = brush.between(-40, 0)
        while at < WIDTH + 40:
            size = brush.between(22, 52)
            brush.disc(at, level + brush.between(-8, 12), size, shade)
            at += size * 1.1
        brush.box(0, level, WIDTH, HEIGHT - level, shade)
