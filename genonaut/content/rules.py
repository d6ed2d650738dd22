"""What every item must obey: limits, titles, and which values can be stored."""

import math
import re
from typing import Final

LONGEST_PROMPT: Final = 20_000
LONGEST_NAME: Final = 255
"""Of a title, a user name and a tag, in characters."""
IMPORT_KEY: Final = "import_key"
"""The key of an item's metadata that is unique within its source."""
UNTITLED: Final = "Untitled"
_TITLE_CHARACTERS: Final = 80
_DEEPEST: Final = 64
# PostgreSQL stores neither NUL nor half a surrogate pair.
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")


class InvalidValueError(ValueError):
    """A value breaks a rule for content. The message names it and the rule: `prompt is empty`."""


def short_title(prompt: str) -> str:
    """The beginning of a prompt, on one line, cut at the end of a word."""
    line = " ".join(prompt[: 4 * _TITLE_CHARACTERS].split())
    if len(line) <= _TITLE_CHARACTERS:
        return line
    return line[:_TITLE_CHARACTERS].rsplit(" ", 1)[0].rstrip(" ,.;:-") + "…"


def check_text(text: str, name: str) -> None:
    """Raises InvalidValueError if PostgreSQL cannot store the text."""
    if _UNSTORABLE.search(text):
        raise InvalidValueError(f"{name} contains a NUL character or half a surrogate pair")


def check_storable(value: object, name: str, depth: int = 0) -> None:
    """Raises InvalidValueError if PostgreSQL cannot store the JSON value."""
    if depth > _DEEPEST:
        raise InvalidValueError(f"{name} is nested too deeply")
    if isinstance(value, str):
        check_text(value, name)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise InvalidValueError(f"{name} contains a number that is not finite")
    elif isinstance(value, dict):
        for key, member in value.items():
            check_storable(key, name, depth)
            check_storable(member, name, depth + 1)
    elif isinstance(value, list):
        for member in value:
            check_storable(member, name, depth + 1)
