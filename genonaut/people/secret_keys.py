"""Secrets of 256 random bits, which are given out once. What is stored is their SHA-256.

Passwords need a slow hash, because people choose them and they can be guessed. These cannot.
"""

import re
import secrets
import string
from binascii import crc32
from hashlib import sha256
from typing import Final

_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_LETTERS: Final = string.digits + string.ascii_letters
_LENGTH: Final = 43  # so many of 62 letters have 256 bits
_CHECKSUM_LENGTH: Final = 6
BEGINS: Final = "gno_"
_TOKEN: Final = re.compile(rf"{BEGINS}[0-9A-Za-z]{{{_LENGTH + _CHECKSUM_LENGTH}}}", re.ASCII)
SHOWN: Final = len(BEGINS) + 8
"""How many letters of a token are stored, so that its owner knows it. 208 bits stay secret."""


def new_secret() -> str:
    """A secret for a cookie or a link."""
    return secrets.token_urlsafe(32)


def is_secret(text: str) -> bool:
    """Whether a text has the form of such a secret."""
    return _SECRET.fullmatch(text) is not None


def new_token() -> str:
    """A secret for a program. Scanners for leaked secrets know it by its beginning and checksum."""
    body = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    return f"{BEGINS}{body}{_checksum(body)}"


def is_token(text: str) -> bool:
    """Whether a text has the form of a token. A mistyped one has a wrong checksum."""
    if not _TOKEN.fullmatch(text):
        return False
    body = text.removeprefix(BEGINS)
    return _checksum(body[:_LENGTH]) == body[_LENGTH:]


def digest(secret: str) -> bytes:
    """What is stored of a secret."""
    return sha256(secret.encode()).digest()


def _checksum(body: str) -> str:
    number, letters = crc32(body.encode()), ""
    for _ in range(_CHECKSUM_LENGTH):
        number, rest = divmod(number, len(_LETTERS))
        letters = _LETTERS[rest] + letters
    return letters
