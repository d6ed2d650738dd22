"""Colours that go together, and the words in a prompt that ask for them."""

from dataclasses import dataclass


def mix(one: str, other: str, share: float) -> str:
    """A colour between two, `share` (0 to 1) of the way from one to the other."""
    parts = ((int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)


@dataclass(frozen=True, slots=True)
class Palette:
    """A sky from top to horizon, the light in it, the land from far to near, and an accent."""

    high: str
    middle: str
    low: str
    light: str
    far: str
    near: str
    accent: str

    def land(self, share: float) -> str:
        """The colour of land that is `share` (0 to 1) of the way from the horizon to us."""
        return mix(self.far, self.near, share)

    @property
    def is_dark(self) -> bool:
        """Whether stars would be seen."""
        red, green, blue = (int(self.high[i : i + 2], 16) for i in (1, 3, 5))
        return red * 0.3 + green * 0.59 + blue * 0.11 < 90


# The first row with a word of the prompt decides, so the most explicit words come first.
BY_WORDS: tuple[tuple[str, Palette], ...] = tuple(
    (words, Palette(*colours.split()))
    for words, colours in (
        ("teal", "#0f4c5c #3a8d8f #f6bd7a #ffe3b3 #2d7f83 #08303b #fb8b4b"),
        ("earth|ochre|clay", "#c8b8a0 #e3d3b6 #f3e3c3 #fff4dc #b08d63 #4c3826 #b5532c"),
        ("pastel|rococo", "#a9c7e8 #d9c9ec #fbd9dc #fff3e0 #c4b3dd #7f83b8 #f29ca3"),
        ("monochrome blue|blueprint", "#0b2545 #1d4e89 #8fb8de #e8f1fa #3b6ea5 #071a33 #9fd0ff"),
        ("crimson|red moon", "#3b0a1e #9b1b30 #f0883e #ffd166 #7a1731 #22060f #ffb703"),
        ("sepia|daguerreotype", "#8c7355 #c4a77d #ead9b5 #fff6e0 #9b7d56 #3f2d1c #7a4b27"),
        ("emerald|jewel", "#062f2a #0f6b57 #7cc6a4 #f4d58d #14594b #041d1a #e0a93b"),
        ("lavender|lilac", "#6d6a9c #a79bc9 #e5d5e8 #fff5e9 #8c84b5 #3c3860 #d98cb3"),
        ("black and white|charcoal|ink", "#d9d9d6 #ecebe7 #f8f6f1 #ffffff #a3a3a1 #1d1d1f #6b6b6b"),
        ("autumn|amber|sienna", "#e0a458 #f2c57c #fbe6b8 #fff6dc #c8693b #4a1f14 #d1462f"),
        ("ice|snow|frozen|winter|polar", "#8fb6d4 #c3dced #eef6fb #ffffff #9dbfd6 #3f6482 #e07a5f"),
        ("coral|turquoise", "#118ab2 #64c5c9 #fcd5b5 #fff1d6 #2a9d9f #0a4c5e #ff7f6a"),
        ("indigo|midnight|moonlight", "#0a1033 #27306f #6f73b8 #f3eed9 #2c3474 #060922 #f2c14e"),
        ("faded|nostalgic|polaroid", "#7fb0ae #c9cdb0 #f2d8a7 #fff1cf #8ea587 #4b5a55 #d9765b"),
        ("sage|botanical|orchard", "#b9cbb3 #dbe4cb #f5f1de #fffbe9 #9db391 #3f5a45 #d98f4e"),
        ("cyan|magenta|neon|vaporwave", "#1b0b3b #6a1b8f #ff5fa2 #ffe66d #5b2a9d #12052b #22d3ee"),
        ("rose|pink", "#8c6a7f #cf9aa5 #f6d3cb #fff2e6 #a97b8c #4a3342 #e4677f"),
        ("northern lights|aurora", "#04121f #0b4f4a #6ee7b7 #e7fff4 #0f3d3e #020a10 #a78bfa"),
        ("golden|candle|lantern|fire", "#5a2a3c #c8553d #f9c46b #fff0c2 #8b3a3a #260f18 #ffcf56"),
        ("dusk|twilight|sunset", "#2b2d5b #8a4f7d #f49d6e #ffe0a3 #5b3a6b #1a1433 #ff6f59"),
        ("underwater|ocean|sea|deep", "#053b5c #0d7891 #7fd1c7 #e9fff6 #0f6c80 #03202f #ffb26b"),
        ("blue hour|fog|mist|rain", "#3c5a78 #7c9bb3 #cfdbe0 #f7f4ea #6b879d #22384a #f2a65a"),
        ("forest|moss|green|garden", "#6fa58c #b7d3a8 #f3eebf #fffbe0 #5d917a #173b33 #f08a4b"),
        ("desert|dune|sand|canyon", "#e08e6d #f4bd8a #fde7bd #fff6dd #d0794f #5a2a27 #2a7f86"),
        (
            "space|moon|star|planet|cosmic",
            "#070b24 #2a1e5c #9a4f96 #ffd7a8 #3a2a72 #04061a #7bdff2",
        ),
        ("noon|sun|summer", "#2b8fd1 #8accec #e8f6ee #fff3b0 #69b3a2 #1f5a57 #ff8a5b"),
    )
)
