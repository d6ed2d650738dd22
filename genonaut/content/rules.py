"""The rules for items, titles and names: limits, and which values can be stored."""

import math
import re
import unicodedata
from collections.abc import Callable
from typing import Final

from genonaut.db.stored_json import DEEPEST

LONGEST_PROMPT: Final = 20_000
LONGEST_NAME: Final = 255
"""Of a title, a user name and a tag, in characters."""
IMPORT_KEY: Final = "import_key"
"""The key of an item's metadata that is unique within its source."""
UNTITLED: Final = "Untitled"
_TITLE_CHARACTERS: Final = 80
# To compose a letter, its marks are sorted one by one: thousands in a row take seconds, in Python
# and in PostgreSQL.
_MOST_MARKS: Final = 64
_LONGEST_DECOMPOSED: Final = 4 * LONGEST_NAME
# PostgreSQL stores neither NUL nor half a surrogate pair.
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")

# A character class of a regular expression: control characters except tabs and line ends, and
# those that are invisible or change the direction of writing.
CONTROLS: Final = (
    r"\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    r"\u202a-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff0-\ufffb"
    # As they are, since the pattern is published, and not every dialect knows how to write them.
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)
# Joiners and variation selectors belong to some scripts and to emoji. Elsewhere they are invisible:
# beside Latin letters and blanks, and at the ends.
_JOINER: Final = r"[\u200c\u200d]"
_SELECTOR: Final = r"[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]"
_OTHER: Final = r"[^\x00-\u02ff\s]"
_INVISIBLE: Final = re.compile(
    rf"[{CONTROLS}]|(?<!{_OTHER}){_JOINER}|{_JOINER}(?!{_OTHER})"
    rf"|(?<!{_OTHER}){_SELECTOR}(?!\u20e3)"
)

ABSOLUTE: Final = r"(?:[/\\~]|[A-Za-z]:[/\\]|file:)"
"""Begins a text that names a place on a disk; its case does not count."""
_ABSOLUTE: Final = re.compile(ABSOLUTE, re.IGNORECASE)

# What makes a terminal do something else than show a letter, or shows others in another order.
_NOT_SHOWN: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


class InvalidValueError(ValueError):
    """A value breaks a rule for content. The message names it and the rule: `prompt is empty`."""


def short_title(prompt: str) -> str:
    """The beginning of a prompt, on one line, cut at the end of a word."""
    line = " ".join(prompt[: 4 * _TITLE_CHARACTERS].split())
    if len(line) <= _TITLE_CHARACTERS:
        return line
    return line[:_TITLE_CHARACTERS].rsplit(" ", 1)[0].rstrip(" ,.;:-") + "…"


def user_name(written: str, what: str = "username") -> str:
    """The one name of a user, however it was typed: NFC, on one line with single spaces.

    Raises:
        InvalidValueError: no user can have this name; the message begins with `what`.
    """
    return name_in_form(written, what, on_one_line)


def on_one_line(written: str) -> str:
    """Text in the form of a user's name, whether or not it could be one; for searching."""
    return unicodedata.normalize("NFC", " ".join(written.split()))


def name_in_form(written: str, what: str, form: Callable[[str], str]) -> str:
    """A name in a form in which it does not look like another one, at most 255 characters.

    Raises:
        InvalidValueError: there is none.
    """
    check_text(written, what)
    if _INVISIBLE.search(written):
        raise InvalidValueError(f"{what} contains a control or invisible character")
    too_long = InvalidValueError(f"{what} is longer than {LONGEST_NAME} characters")
    squeezed = " ".join(written.split())
    if len(squeezed) > _LONGEST_DECOMPOSED:
        raise too_long
    name = form(squeezed)
    if not name:
        raise InvalidValueError(f"{what} is blank")
    if len(name) > LONGEST_NAME:
        raise too_long
    return name


def is_absolute_path(text: str) -> bool:
    """Whether a text names a place on a machine's disk, which is of no use to another machine."""
    return _ABSOLUTE.match(text) is not None


def showable(text: str) -> str:
    """Text of others as a terminal may have it; tabs and line ends stay."""
    return _NOT_SHOWN.sub(lambda found: ascii(found[0])[1:-1], text)


def check_marks(text: str, name: str) -> None:
    """Raises InvalidValueError if a search could not bring the text into one Unicode form."""
    if text.isascii():
        return
    in_a_row = 0
    for letter in text:
        in_a_row = in_a_row + 1 if unicodedata.combining(letter) else 0
        if in_a_row > _MOST_MARKS:
            raise InvalidValueError(f"{name} has more than {_MOST_MARKS} accents on one letter")


def check_text(text: str, name: str) -> None:
    """Raises InvalidValueError if PostgreSQL cannot store the text."""
    if _UNSTORABLE.search(text):
        raise InvalidValueError(f"{name} contains a NUL character or half a surrogate pair")


def check_storable(value: object, name: str, depth: int = 0) -> None:
    """Raises InvalidValueError if PostgreSQL cannot store the JSON value."""
    if depth > DEEPEST:
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
