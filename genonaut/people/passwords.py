"""Passwords: which are taken, and how they are hashed.

19 MiB in two passes take 24 ms of one core, and two at once 38 MiB of memory. argon2-cffi's default
takes 64 MiB and 200 ms: a storm of wrong passwords would be felt by every reader.
"""

import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from genonaut.content.rules import InvalidValueError, check_text
from genonaut.errors import InvalidRequestError

SHORTEST: Final = 8
LONGEST: Final = 256
"""In characters, as they are typed."""
HASHED_AT_ONCE: Final = 2
"""In each process of the API."""

_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
UNMATCHED: Final = (
    "$argon2id$v=19$m=19456,t=2,p=1$mmwhX13Kyr2G3sBJEpvZsw"
    "$s8h+seXJsnnOjnq7MRAZdXoXWBvOM0EtRUMIOb6U1gU"
)
"""The hash of a random password that was thrown away. It is compared if a user has none."""


def check_password(password: str) -> None:
    """Refuse what cannot be a new password, before it is hashed. The message never quotes it.

    Raises:
        InvalidRequestError: it is too short, too long, or not text.
    """
    if len(password) < SHORTEST or not _can_be_one(password):
        raise InvalidRequestError(
            f"A password has {SHORTEST} to {LONGEST} characters and no NUL: choose another one."
        )


def hash_password(password: str) -> str:
    """What is stored of a password.

    Raises:
        InvalidRequestError: it cannot be a password.
    """
    check_password(password)
    return _HASHER.hash(_one_form(password))


def matches(password: str, stored: str | None) -> bool:
    """Whether it is the password whose hash was stored.

    If none was, the same work is done: the time must not tell whether there is such a user, or
    whether that user can sign in.
    """
    usable = _can_be_one(password)
    given = _one_form(password) if usable else ""
    try:
        _HASHER.verify(stored or UNMATCHED, given)
    except (VerificationError, InvalidHashError):
        return False
    return usable and stored is not None


def is_outdated(stored: str) -> bool:
    """Whether a hash was made with other parameters than a new one would be."""
    return _HASHER.check_needs_rehash(stored)


def _can_be_one(password: str) -> bool:
    try:
        check_text(password, "The password")
    except InvalidValueError:
        return False
    return len(password) <= LONGEST


def _one_form(password: str) -> str:
    # Two keyboards may write the same letter in two ways: composed, or with a combining accent.
    return unicodedata.normalize("NFC", password)
