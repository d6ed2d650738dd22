"""Plausible prompts, titles and usernames, drawn from a random number generator."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from random import Random
from typing import Any

from genonaut.demo import words

_PAIRS_OF_FINISHES = tuple(combinations(words.FINISHES, 2))


@dataclass(frozen=True, slots=True)
class Idea:
    """What an image shows and how."""

    subject: str
    place: str
    style: str
    light: str
    palette: str
    mood: str


def idea(chance: Random) -> Idea:
    """One of billions of possible ideas."""
    return Idea(
        subject=chance.choice(words.SUBJECTS),
        place=chance.choice(words.PLACES),
        style=chance.choice(words.STYLES),
        light=chance.choice(words.LIGHTS),
        palette=chance.choice(words.PALETTES),
        mood=chance.choice(words.MOODS),
    )


def spoken_prompt(chance: Random, what: Idea) -> str:
    """A prompt as people write it: a sentence and a few more words."""
    article = "an" if what.mood[0] in "aeiou" else "a"
    return chance.choice(
        (
            f"{article} {what.mood} {what.subject} {what.place}, {what.style}",
            f"{what.style} of a {what.mood} {what.subject} {what.place}, {what.light}",
            f"{what.subject} {what.place}, {what.palette} palette, {what.light}, {what.mood}",
            f"{what.mood} scene: {what.subject} {what.place}, {chance.choice(words.CAMERAS)}",
        )
    )


def generated_prompt(chance: Random, what: Idea) -> str:
    """A prompt as a program assembles it: every ingredient, separated by commas."""
    parts = [what.subject, what.place, what.style, what.light, f"{what.palette} palette", what.mood]
    return ", ".join([*parts, chance.choice(words.CAMERAS), *chance.choice(_PAIRS_OF_FINISHES)])


def title(chance: Random, what: Idea) -> str:
    """A short title."""
    name = what.subject[0].upper() + what.subject[1:]
    return chance.choice(
        (
            f"{name} {what.place}",
            f"{what.mood.capitalize()} {what.subject}",
            f"{name} in {what.palette}",
            f"{name}, study no. {chance.randint(1, 40)}",
        )
    )


def metadata(chance: Random) -> dict[str, Any]:
    """The settings that an image was made with."""
    width, height = chance.choice(words.SIZES)
    return {
        "model": chance.choice(words.MODELS),
        "sampler": chance.choice(words.SAMPLERS),
        "seed": chance.getrandbits(32),
        "steps": chance.choice((20, 25, 28, 30, 40, 50)),
        "cfg_scale": chance.choice((3.5, 5.0, 6.5, 7.0, 7.5, 9.0, 12.0)),
        "width": width,
        "height": height,
    }


def usernames(chance: Random) -> Iterator[str]:
    """Unique usernames, without end."""
    used: set[str] = set()
    while True:
        name = _username(chance)
        while name in used:
            name += str(chance.randint(0, 9))
        used.add(name)
        yield name


def _username(chance: Random) -> str:
    first, last = chance.choice(words.FIRST_NAMES), chance.choice(words.LAST_NAMES)
    adjective, noun = chance.choice(words.HANDLE_ADJECTIVES), chance.choice(words.HANDLE_NOUNS)
    return chance.choice(
        (
            f"{first}.{last}",
            f"{first}_{noun}",
            f"{adjective}_{noun}",
            f"{adjective}{noun}{chance.randint(2, 99)}",
            f"{first}{chance.randint(70, 99)}",
        )
    )
