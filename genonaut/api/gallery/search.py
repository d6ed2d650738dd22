"""What users type into the search box: words, and "exact phrases" in double quotes."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, func, literal, or_

_PHRASE_OR_WORD = re.compile(r'"([^"]*)"|([^\s"]+)')
_BETWEEN_WORDS = "[^[:alnum:]]+"


def phrases(term: str) -> tuple[str, ...]:
    """The parts of a search term. An item has to match all of them.

    An unclosed quote is ignored. A word with punctuation in it, as in `tea-house`, is
    a phrase of its own.
    """
    found = (phrase or word for phrase, word in _PHRASE_OR_WORD.findall(term))
    return tuple(dict.fromkeys(part.strip() for part in found if part.strip()))


def matches(item: Any, phrases: Sequence[str]) -> ColumnElement[bool]:  # noqa: ANN401
    """Whether an item has all words of these phrases, and title or prompt has each phrase whole.

    List and count both use this, so they cannot disagree. The index knows the words
    (`content_words` and `search_words` are functions of migration 0003_gallery); only where it
    finds all of them, the text is looked at.
    """
    all_words = func.search_words(literal(" ".join(phrases), Text))
    has_words = func.content_words(item.title, item.prompt).bool_op("@@")(all_words)
    patterns = [pattern for phrase in phrases if (pattern := _pattern(phrase))]
    return and_(has_words, *(_in_title_or_prompt(item, pattern) for pattern in patterns))


def _in_title_or_prompt(item: Any, pattern: str) -> ColumnElement[bool]:  # noqa: ANN401
    return or_(*(text.bool_op("~*")(literal(pattern, Text)) for text in (item.title, item.prompt)))


def _pattern(phrase: str) -> str | None:
    """A phrase of several words as a regular expression of PostgreSQL; None for a single word."""
    words = ["".join(letters) for in_word, letters in groupby(phrase, _is_in_a_word) if in_word]
    if len(words) < 2:  # noqa: PLR2004
        return None
    return f"(^|[^[:alnum:]]){_BETWEEN_WORDS.join(words)}($|[^[:alnum:]])"


def _is_in_a_word(letter: str) -> bool:
    # An accent may be a character of its own.
    return letter.isalnum() or bool(unicodedata.combining(letter))
