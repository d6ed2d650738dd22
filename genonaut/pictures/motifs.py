"""One small thing in a landscape, if the prompt names it. Shapes are drawn around their foot."""

import re
from collections.abc import Callable

from genonaut.pictures.brush import HEIGHT, Brush
from genonaut.pictures.palettes import mix
from genonaut.pictures.skies import birds


def place(brush: Brush, words: str, *, at_sea: bool) -> None:
    """Draw the first motif that the prompt names; if it names none, sometimes a random one."""
    for stems, motif in (AT_SEA + ANYWHERE) if at_sea else ANYWHERE:
        if re.search(rf"\b(?:{stems})", words):
            motif(brush)
            return
    if brush.maybe(0.35):
        brush.chance.choice((tree, balloon, house))(brush)


def boat(brush: Brush) -> None:
    """Under sail."""
    x, y = brush.between(90, 310), brush.between(345, 385)
    brush.stamp(x, y, "M-34 0h68q-8 18-20 18h-28q-14 0-20-18Z", brush.palette.near)
    brush.stamp(x, y, "M0-78v72h-34Q-6-34 0-78Z", brush.palette.light)
    brush.stamp(x, y, "M4-66v60h26Q20-40 4-66Z", brush.palette.accent)


def lighthouse(brush: Brush) -> None:
    """Its beam to both sides."""
    x, y, palette = brush.between(80, 320), 400, brush.palette
    beam = brush.fade((palette.light, 0.5), (palette.light, 0.12))
    brush.stamp(x, y, "M0-160L-420-230V-120ZM0-160L420-230V-120Z", beam)
    brush.stamp(x, y, "M-70 110Q-40 0 0-6Q50 0 95 110Z", palette.near)
    brush.stamp(x, y, "M-17 0L-11-145H11L17 0Z", mix(palette.light, "#ffffff", 0.4))
    brush.stamp(x, y, "M-15-45l1-24h28l1 24ZM-13-97l1-24h24l1 24Z", palette.accent)
    brush.stamp(x, y, "M-9-168h18v22h-18Z", palette.light)
    brush.stamp(x, y, "M-14-166L0-184L14-166Z", palette.near)


def balloon(brush: Brush) -> None:
    """Hot air, with a stripe."""
    x, y, size = brush.between(90, 310), brush.between(100, 190), brush.between(0.7, 1.15)
    brush.stamp(x, y, "M0 57Q-44 27-38 0A38 38 0 0 1 38 0Q44 27 0 57Z", brush.palette.accent, size)
    brush.stamp(x, y, "M0 57Q-19 23-14-35h28Q19 23 0 57Z", brush.palette.light, size)
    brush.stamp(x, y, "M-7 62h14v9h-14Z", brush.palette.near, size)


def whale(brush: Brush) -> None:
    """Its back, its fluke and its breath."""
    x, y, dark = brush.between(120, 250), brush.between(370, 410), brush.palette.near
    brush.stamp(x, y, "M-80 0q60-58 130-14q26 14 44 14Z", dark)
    brush.stamp(
        x, y, "M96 0q14-26 4-48q-22 0-30-14q22-2 34 8q10-12 32-12q-6 16-26 20q4 30-4 46Z", dark
    )
    breath, light = "M-40-34q0-26-14-30M-40-34q0-26 14-30", brush.palette.light
    brush.stamp(x, y, breath, "none", stroke=light, stroke_width=3, stroke_linecap="round")


def windmill(brush: Brush) -> None:
    """With four sails."""
    x, y = brush.between(90, 310), brush.between(395, 420)
    brush.stamp(x, y, "M-24 110L-13-70h26L24 110Z", brush.palette.near)
    brush.stamp(x, y, "M-14-69a14 14 0 0 1 28 0Z", brush.palette.accent)
    turn = brush.between(10, 80)
    for i in range(4):
        turned = f"rotate({turn + i * 90:.0f} {x:.0f} {y - 76:.0f})"
        brush.box(x - 3, y - 150, 13, 66, brush.palette.light, transform=turned)


def gate(brush: Brush) -> None:
    """Two posts, two beams."""
    x, y = brush.between(110, 290), brush.between(415, 450)
    posts = "M-44-96h11V14h-11ZM33-96h11V14h-11ZM-54-82h108v10h-108Z"
    brush.stamp(x, y, f"{posts}M-70-118q70 16 140 0l-7 18q-63 10-126 0Z", brush.palette.accent)


def tree(brush: Brush) -> None:
    """Alone on a rise."""
    x, y, dark = brush.between(80, 320), brush.between(400, 430), brush.palette.near
    brush.stamp(x, y, f"M-150 {HEIGHT - y:.0f}Q0-20 150 {HEIGHT - y:.0f}Z", dark)
    brush.stamp(x, y, "M-5 10q4-50 0-84h10q-4 40 2 84Z", dark)
    for _ in range(9):
        dx, dy = brush.between(-36, 36), brush.between(-36, 20)
        brush.disc(x + dx, y - 90 + dy, brush.between(14, 25), brush.shade(dark, 0.3))


def house(brush: Brush) -> None:
    """With lit windows."""
    x, y, palette = brush.between(90, 310), brush.between(405, 440), brush.palette
    brush.stamp(x, y, f"M-140 {HEIGHT - y:.0f}Q0-26 140 {HEIGHT - y:.0f}Z", palette.near)
    brush.stamp(x, y, "M-22-38h44V8h-44Z", palette.near)
    brush.stamp(x, y, "M-29-36L0-66L29-36Z", palette.accent)
    brush.stamp(x, y, "M-13-26h9v12h-9ZM4-26h9v12h-9Z", palette.light)


def flock(brush: Brush) -> None:
    """Birds against the light."""
    birds(brush, brush.between(120, 280), brush.between(120, 220))


Motifs = tuple[tuple[str, Callable[[Brush], None]], ...]
AT_SEA: Motifs = (
    ("lighthouse", lighthouse),
    ("whale|jellyfish|koi", whale),
    ("boat|ship|fisher|sail|harbour|diver", boat),
)
ANYWHERE: Motifs = (
    ("balloon", balloon),
    ("windmill", windmill),
    ("temple|monastery|samurai|kyoto|gate|tea house", gate),
    ("raven|bird|owl|heron|falcon|moth", flock),
    ("tree|bonsai|orchard", tree),
    ("house|village|bakery|inn", house),
)
