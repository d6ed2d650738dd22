"""Texts of a search as the database finds them: queries of the index of words, and patterns."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from genonaut.api.gallery.searching.language import Text

MOST_TOKENS: Final = 64
"""Of one text. The others are looked for in what these find."""
LONGEST_TOKEN: Final = 500
"""Characters that the index has of a very long word."""
_SPECIAL: Final = re.compile(r"([\\%_])")


@dataclass(frozen=True, slots=True)
class Spelled:
    """A text as the database spells it: its words between blanks, and what the index has of it."""

    text: Text
    line: str
    tokens: Sequence[str]

    @property
    def words(self) -> list[str]:
        """The words, each in the one form in which it is compared."""
        return self.line.split()

    @property
    def pattern(self) -> str:
        """What the line of an item is like that has this text."""
        line = self.line[self.text.open_start : len(self.line) - self.text.open_end]
        return "%" + _SPECIAL.sub(r"\\\1", line) + "%"

    @property
    def is_decided_by_terms(self) -> bool:
        """Whether an item has this text if it has the terms."""
        [first, *others] = self.words
        return not others and not self.text.open_start and len(first) < LONGEST_TOKEN

    def terms(self) -> Iterator[str]:
        """What the index of words is asked for; nothing if it knows nothing of this."""
        if not (self.text.open_start or self.text.open_end):
            yield from map(quoted, self.tokens[:MOST_TOKENS])
            return
        words = self.words[self.text.open_start :]
        if self.text.open_end and words:
            yield f"{quoted(words.pop()[:LONGEST_TOKEN])}:*"
        yield from (quoted(word) for word in words[:MOST_TOKENS] if len(word) <= LONGEST_TOKEN)


def quoted(lexeme: str) -> str:
    """A word as it stands in a tsquery."""
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def together(terms: Iterable[str]) -> str:
    """A tsquery for all of these, each once."""
    return " & ".join(dict.fromkeys(terms))
