"""The one name of a tag, however it was typed."""

import unicodedata

from genonaut.content.rules import name_in_form, on_one_line

MOST_TAGS = 50


def tag_name(written: str, what: str = "tag") -> str:
    """The name: NFC, in lower case, on one line with single spaces, at most 255 characters.

    Raises:
        InvalidValueError: no tag can have this name; the message begins with `what`.
    """
    return name_in_form(written, what, folded)


def folded(written: str) -> str:
    """Text in the form that names have, whether or not it could be one; for searching."""
    return unicodedata.normalize("NFC", on_one_line(written).lower())
