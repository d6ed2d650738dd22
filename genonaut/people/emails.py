"""The form of e-mail addresses. It is checked loosely, as nothing is ever sent to them."""

import re
from typing import Final

from genonaut.content.rules import CONTROLS, InvalidValueError

LONGEST_EMAIL: Final = 320
_PART: Final = rf"[^\s@{CONTROLS}]+"
FORM: Final = f"^{_PART}@{_PART}$"
"""As it is published. Not every dialect of patterns knows how to write a surrogate."""
_FORM: Final = re.compile(FORM)
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")


def email_address(written: str) -> str:
    """Check an address, and return it unchanged. A line end in one could begin another header.

    Raises:
        InvalidValueError: it cannot be one.
    """
    good = len(written) <= LONGEST_EMAIL and _FORM.fullmatch(written)
    if not good or _SURROGATE.search(written):
        raise InvalidValueError(
            f"It is not an e-mail address: at most {LONGEST_EMAIL} characters, as ada@b.example"
        )
    return written
