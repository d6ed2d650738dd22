"""The one name of a tag, however it was typed."""

import re
import unicodedata

from genonaut.content.rules import LONGEST_NAME, InvalidValueError, check_storable

MOST_TAGS = 50

# A character class of a regular expression: control characters except tabs and line ends, and
# those that are invisible or change the direction of writing. The joiners are allowed: some
# scripts and emoji need them.
CONTROLS = (
    r"\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
)
_CONTROL = re.compile(f"[{CONTROLS}]")


def tag_name(written: str, what: str = "tag") -> str:
    """The name: NFC, in lower case, on one line with single spaces, at most 255 characters.

    Raises:
        InvalidValueError: no tag can have this name; the message begins with `what`.
    """
    check_storable(written, what)
    if _CONTROL.search(written):
        raise InvalidValueError(f"{what} contains a control or invisible character")
    name = folded(written)
    if not name:
        raise InvalidValueError(f"{what} is blank")
    if len(name) > LONGEST_NAME:
        raise InvalidValueError(f"{what} is longer than {LONGEST_NAME} characters")
    return name


def folded(written: str) -> str:
    """Text in the form that names have, whether or not it could be one; for searching."""
    lower = unicodedata.normalize("NFC", " ".join(written.split())).lower()
    return unicodedata.normalize("NFC", lower)
