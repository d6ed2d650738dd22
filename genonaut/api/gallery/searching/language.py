"""What a search says: texts and fields, each wanted or left out; and what is wrong with one."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

FieldName = Literal[
    "model", "lora", "sampler", "seed", "size", "before", "after", "by", "tag", "is", "has"
]
FIELDS: Final[dict[str, FieldName]] = {name: name for name in get_args(FieldName)}

LONGEST_SEARCH: Final = 1_000
"""Characters."""
MOST_FIELDS: Final = 16


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is in the text of a search: from a character on, up to another one."""

    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Text:
    """Words that follow one another, as they were written.

    With `open_start`, the first word may begin with anything; with `open_end`, the last may go on.
    """

    written: str
    open_start: bool = False
    open_end: bool = False
    excluded: bool = False
    place: Place = field(default_factory=Place, compare=False)


@dataclass(frozen=True, slots=True)
class Field:
    """A field with its value, in the one form that it has; with `open_end`, the value may go on."""

    name: FieldName
    value: str
    open_end: bool = False
    excluded: bool = False
    place: Place = field(default_factory=Place, compare=False)


Term = Text | Field


@dataclass(frozen=True, slots=True)
class Search:
    """All terms of a search; an item has to match each of them."""

    terms: tuple[Term, ...] = ()

    @property
    def texts(self) -> tuple[Text, ...]:
        """The words and phrases."""
        return tuple(term for term in self.terms if isinstance(term, Text))

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields."""
        return tuple(term for term in self.terms if isinstance(term, Field))


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong at a place, and what to write instead, as the rest of a sentence.

    Without a place it is about the whole.
    """

    message: str
    place: Place | None = None

    def told(self, text: str) -> str:
        """The mistake with what it is about, and where that begins, counted from 1."""
        if self.place is None:
            return self.message
        about = text[self.place.start : self.place.end]
        return f"At character {self.place.start + 1}, `{about}`: {self.message}"


class SearchError(ValueError):
    """A search has mistakes."""

    def __init__(self, text: str, mistakes: Sequence[Mistake]) -> None:
        self.text = text
        self.mistakes = tuple(mistakes)
        more = f". This is the first of {len(mistakes)} mistakes" if len(mistakes) > 1 else ""
        super().__init__(mistakes[0].told(text) + more)


def has_word(text: str) -> bool:
    """Whether there is a letter, a digit or a part of a letter in a text.

    What a word is PostgreSQL decides. Where this is false, there is none.
    """
    return any(unicodedata.category(letter)[0] in "LMN" for letter in text)
