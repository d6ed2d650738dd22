"""What users type into the search box: words, and "exact phrases" in double quotes."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, func, literal, or_, select

_PHRASE_OR_WORD = re.compile(r'"([^"]*)"|([^\s"]+)')
_CERTAINLY_ONE_WORD = re.compile(r"[A-Za-z0-9]+")


def phrases(term: str) -> tuple[str, ...]:
    """The parts of a search term. An item has to match all of them.

    An unclosed quote is ignored. A word with punctuation in it, as in `tea-house`, is
    a phrase of its own. A term of nothing but quotes is a part that nothing matches.
    """
    found = (phrase or word for phrase, word in _PHRASE_OR_WORD.findall(term))
    parts = tuple(dict.fromkeys(part.strip() for part in found if part.strip()))
    return parts or tuple(filter(None, [term.strip()]))


def matches(item: Any, phrases: Sequence[str]) -> ColumnElement[bool]:  # noqa: ANN401
    """Whether an item has all words of these phrases, and title or prompt has each phrase whole.

    List and count both use this, so they cannot disagree. PostgreSQL alone decides what a word is,
    in functions of migration 0003_gallery: Python takes vowel signs and joiners for the end of one.
    The index knows the words; only where it finds all of them, the text is looked at.
    """
    all_words = func.search_words(literal(" ".join(phrases), Text))
    has_words = func.content_words(item.title, item.prompt).bool_op("@@")(all_words)
    several = [phrase for phrase in phrases if not _CERTAINLY_ONE_WORD.fullmatch(phrase)]
    return and_(has_words, *(_in_title_or_prompt(item, phrase) for phrase in several))


def _in_title_or_prompt(item: Any, phrase: str) -> ColumnElement[bool]:  # noqa: ANN401
    # A subquery is executed once for the statement, and not for each row.
    words = select(func.search_phrase(literal(phrase, Text))).scalar_subquery()
    return or_(func.has_phrase(item.title, words), func.has_phrase(item.prompt, words))
