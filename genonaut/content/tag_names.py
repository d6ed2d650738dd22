"""What a tag is called: one name, however somebody has written it."""

import re
import unicodedata

from genonaut.content.rules import LONGEST_NAME, InvalidValueError, check_storable

MOST_TAGS = 50

# A class of characters, as in a regular expression: controls, but for tabs and line ends, and what
# is invisible or changes the direction of writing. The joiners stay: scripts and emoji need them.
CONTROLS = (
    r"\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
)
_CONTROL = re.compile(f"[{CONTROLS}]")


def tag_name(written: str, what: str = "tag") -> str:
    """The name: NFC, in lower case, on one line with single blanks, at most 255 characters.

    Raises:
        InvalidValueError: it cannot be; the message begins with `what`.
    """
    check_storable(written, what)
    if _CONTROL.search(written):
        raise InvalidValueError(f"{what} contains a control character or an invisible one")
    name = folded(written)
    if not name:
        raise InvalidValueError(f"{what} is blank")
    if len(name) > LONGEST_NAME:
        raise InvalidValueError(f"{what} is longer than {LONGEST_NAME} characters")
    return name


def folded(written: str) -> str:
    """Text in the form of names, whether it could be one or not; for searching."""
    lower = unicodedata.normalize("NFC", " ".join(written.split())).lower()
    return unicodedata.normalize("NFC", lower)
