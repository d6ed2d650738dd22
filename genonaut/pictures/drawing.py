"""Which scene a prompt asks for, and its drawing."""

import re
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from random import Random

from genonaut.pictures import cosmos, figures, landscapes, patterns, plants, waters
from genonaut.pictures.brush import Brush
from genonaut.pictures.palettes import BY_WORDS, Palette

DRAWING_VERSION = 2
"""Raise it when the drawings change: it is part of their URLs."""

Painter = Callable[[Brush], None]

# How something is drawn, if the prompt says so; this takes precedence over where it is.
TECHNIQUES: tuple[tuple[str, Painter], ...] = (
    ("pixel|8-bit", patterns.pixels),
    ("bauhaus|constructivist|cubis|geometric|isometric", patterns.tiles),
    ("stained glass|low-poly|mosaic|glitch", patterns.facets),
    ("art deco|art nouveau|secession|poster", patterns.rays),
    ("pointillis", patterns.dots),
    ("ukiyo|woodblock|linocut|kyoto", landscapes.great_wave),
)
# Where it is: by the place that the prompt names, or else by what usually is around the subject.
SCENES: tuple[tuple[str, Painter], ...] = (
    (
        "distant moon|moon base|planet|solar|outer space|space suit|astronaut|cosm|comet|galax",
        cosmos.cosmos,
    ),
    ("bottom of the ocean|seabed|deep-sea|coral city|jellyfish", waters.seabed),
    ("above the clouds|balloon", waters.clouds),
    ("dune|desert|sahara|caravan|sand|salt", landscapes.dunes),
    ("drifting lantern|bazaar|carousel|jazz|festive", patterns.lanterns),
    (
        "lisbon|neva|street|city|tram|town|bookshop|bakery|market|rooftop|subway|bridge",
        landscapes.town,
    ),
    ("sea|ocean|boat|ship|lake|harbour|whale|fisher|river|canal|koi|tide|mirror", landscapes.sea),
    ("giant tree|overgrown|forest|deep fog|wolf|stag|owl|fox|moss|mushroom", landscapes.forest),
    ("mountain|cliff|fjord|volcano|snow|ice|polar|monastery|glacier", landscapes.peaks),
    ("hill|valley|windmill|railway|field|locomotive|storm", landscapes.hills),
    ("botan|flower|garden|bonsai|greenhouse|lavender|orchard|bee|hummingbird", plants.garden),
)
ANY_SCENE: tuple[Painter, ...] = (
    landscapes.hills, landscapes.hills, landscapes.sea, landscapes.peaks, landscapes.forest,
    landscapes.dunes, landscapes.town, patterns.facets, cosmos.cosmos, plants.garden,
)  # fmt: skip


@lru_cache(maxsize=1024)
def draw(item_id: int, prompt: str) -> str:
    """An SVG of 400 x 500, at most a few tens of kB; the same for the same arguments."""
    words = prompt.lower()
    digest = sha256(f"{item_id}\n{prompt}".encode("utf-8", "replace")).digest()
    chance = Random(digest)  # noqa: S311 - nothing secret is made of it
    brush = Brush(chance, _palette(words, chance))
    _painter(words, chance)(brush)
    if figure := figures.figure_of(words):
        figures.place(brush, figure)
    return brush.svg()


def _palette(words: str, chance: Random) -> Palette:
    fallback = chance.choice(BY_WORDS)[1]
    return next((palette for stems, palette in BY_WORDS if _says(words, stems)), fallback)


def _painter(words: str, chance: Random) -> Painter:
    fallback = chance.choice(ANY_SCENE)
    return next((paint for stems, paint in (*TECHNIQUES, *SCENES) if _says(words, stems)), fallback)


def _says(words: str, stems: str) -> bool:
    """Whether a word of the prompt begins with one of the stems."""
    return re.search(rf"\b(?:{stems})", words) is not None
