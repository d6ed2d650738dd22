"""What people type into the search box: words, and "exact phrases" in double quotes."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, func, literal

_PHRASE_OR_WORD = re.compile(r'"([^"]*)"|([^\s"]+)')


def phrases(term: str) -> tuple[str, ...]:
    """The parts of a search term. An item has to match all of them.

    A quote that is not closed is not there. A word with punctuation in it, as in `tea-house`, is
    a phrase of its own.
    """
    found = (phrase or word for phrase, word in _PHRASE_OR_WORD.findall(term))
    return tuple(dict.fromkeys(part.strip().lower() for part in found if part.strip()))


def matches(item: Any, phrases: Sequence[str]) -> ColumnElement[bool]:  # noqa: ANN401
    """Whether an item's title and prompt have all these phrases.

    List and count both use this, so they cannot disagree. The functions are the database's own
    (migration 0005), and the index is made of the first.
    """
    first, *others = (func.search_words(literal(phrase, Text)) for phrase in phrases)
    query: ColumnElement[Any] = first
    for other in others:
        query = query.op("&&")(other)
    return func.content_words(item.title, item.prompt).bool_op("@@")(query)
