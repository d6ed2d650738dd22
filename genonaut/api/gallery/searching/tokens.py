"""Taking a search apart: words, "phrases", and names with a colon, each with its place.

Prompts are full of colons, hyphens and quotes: `(fox:1.2)`, `<lora:x:0.8>`, `--ar 16:9`, `6" tall`.
So a name is only one of ours, or one that looks like a misspelling of it; a hyphen excludes only
what follows it at once; and a quote that is not closed is not there, unless it has to be.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from genonaut.api.gallery.searching.language import FIELDS, Place

_NAME: Final = re.compile(r"([A-Za-z]{2,12}):")
_RUN: Final = re.compile(r'[^\s"]*')
_BLANKS: Final = re.compile(r"\s*")
_EXCLUDES: Final = re.compile(r"-(?=[^\s-])")
_MISSPELT: Final = tuple(name for name in FIELDS if name not in {"by", "is", "has"})
"""Short names have too many neighbours among words."""
_ALIKE: Final = 0.8
_SHORTEST: Final = 4


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a search. `name` is what stands before the colon, in lower case, if anything."""

    place: Place
    value: str
    name: str = ""
    excluded: bool = False
    quoted: bool = False
    closed: bool = True


def tokens(text: str) -> Iterator[Token]:
    """The pieces of a search, in their order."""
    at = _after_blanks(text, 0)
    while at < len(text):
        token = _token(text, at)
        yield token
        at = _after_blanks(text, token.place.end)


def nearest_field(name: str) -> str | None:
    """The field that a name is a misspelling of; None if it is a word of its own."""
    if len(name) < _SHORTEST:
        return None
    found = get_close_matches(name, _MISSPELT, 1, _ALIKE)
    return found[0] if found and found[0][0] == name[0] else None


def _token(text: str, at: int) -> Token:
    excluded = _EXCLUDES.match(text, at) is not None
    begins = at + excluded
    name = _name(text, begins)
    value_at = begins + len(name) + bool(name)
    if text.startswith('"', value_at):
        close = text.find('"', value_at + 1)
        # Unclosed, it belongs to nothing: the words behind it are words.
        ends = len(text) if name or excluded else value_at + 1
        value = text[value_at + 1 : close if close >= 0 else ends]
        place = Place(at, close + 1 if close >= 0 else ends)
        return Token(place, value, name.lower(), excluded, quoted=True, closed=close >= 0)
    ends = _end_of_run(text, value_at)
    return Token(Place(at, ends), text[value_at:ends], name.lower(), excluded)


def _name(text: str, at: int) -> str:
    found = _NAME.match(text, at)
    if found is None:
        return ""
    name, is_followed = found[1], _end_of_run(text, found.end()) > found.end()
    is_followed = is_followed or text.startswith('"', found.end())
    is_ours = name.lower() in FIELDS or (is_followed and nearest_field(name.lower()))
    return name if is_ours else ""


def _end_of_run(text: str, at: int) -> int:
    found = _RUN.match(text, at)
    return found.end() if found else at


def _after_blanks(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at
