"""How much may be searched for at once.

A phrase becomes one pattern of all its words, and the time that it takes grows with them: one of
490 words took seconds.
"""

import unicodedata
from itertools import groupby
from typing import Final

MOST_WORDS: Final = 32


def check_words(term: str) -> str:
    """The search term, if it has few enough words.

    Raises:
        ValueError: it has too many.
    """
    words = sum(is_word for is_word, _ in groupby(term, _is_in_a_word))
    if words > MOST_WORDS:
        raise ValueError(f"A search may have at most {MOST_WORDS} words, and this one has {words}")
    return term


def _is_in_a_word(letter: str) -> bool:
    # A vowel sign or an accent may be a character of its own.
    return letter.isalnum() or unicodedata.category(letter).startswith("M")
