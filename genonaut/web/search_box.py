"""The search box: what was typed, with its mistakes marked, and where suggestions come from."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from genonaut.api.gallery.searching.language import Mistake, SearchError
from genonaut.content.viewer import Viewer
from genonaut.errors import InvalidRequestError

SUGGESTIONS: Final = "/api/v1/search/suggestions"
_QUOTED: Final = re.compile(r"`([^`]*)`")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a search; `is_wrong` if there is a mistake in it."""

    text: str
    is_wrong: bool = False


@dataclass(frozen=True, slots=True)
class SearchBox:
    """The box: without mistakes, there are no pieces and no messages."""

    value: str
    suggestions: str
    pieces: tuple[Piece, ...] = ()
    messages: tuple[str, ...] = ()


def suggestions_url(eyes: Viewer, gallery: str) -> str:
    """Where suggestions for these eyes are: below the pages, if these do not see all."""
    return SUGGESTIONS if eyes.sees_all else f"{gallery}{SUGGESTIONS}"


def mistakes_of(refused: InvalidRequestError) -> Sequence[Mistake]:
    """The mistakes of the search for which a page was refused.

    Raises:
        InvalidRequestError: it was refused for another reason.
    """
    if not isinstance(refused.__cause__, SearchError):
        raise refused
    return refused.__cause__.mistakes


def box(value: str, suggestions: str, mistakes: Sequence[Mistake] = ()) -> SearchBox:
    """The box with what was typed."""
    pieces = tuple(_pieces(value, mistakes)) if mistakes else ()
    messages = map(_sentence, mistakes)
    return SearchBox(value, suggestions, pieces, tuple(dict.fromkeys(messages)))


def _pieces(value: str, mistakes: Sequence[Mistake]) -> Iterator[Piece]:
    at = 0
    for place in (mistake.place for mistake in mistakes if mistake.place):
        if place.start > at:
            yield Piece(value[at : place.start])
        yield Piece(value[place.start : place.end], is_wrong=True)
        at = place.end
    if at < len(value):
        yield Piece(value[at:], is_wrong=not at)


def _sentence(mistake: Mistake) -> str:
    told = _QUOTED.sub(r"“\1”", mistake.message)
    return f"{told[:1].upper()}{told[1:]}."
