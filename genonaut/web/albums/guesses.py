"""Links that lead nowhere, by the address that they came from.

A link has a secret of 256 bits, so guessing finds none. What guesses cost is limited nevertheless:
an address with too many of them is refused from memory. Each process counts for itself.
"""

import time
from threading import Lock
from typing import Final

from genonaut.errors import TooManyAttemptsError

WINDOW_SECONDS: Final = 60
MOST: Final = 20
"""Wrong links from one address within a minute."""
_REMEMBERED: Final = 10_000


class Guesses:
    """How many wrong links an address has sent since its minute began."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[float, int]] = {}
        self._lock = Lock()

    def check(self, address: str) -> None:
        """Refuse an address that has guessed too often.

        Raises:
            TooManyAttemptsError: it has.
        """
        began, number = self._seen.get(address, (0.0, 0))
        if number >= MOST and time.monotonic() - began < WINDOW_SECONDS:
            raise TooManyAttemptsError(whole_address=True)

    def remember(self, address: str) -> None:
        """A wrong link came from there."""
        now = time.monotonic()
        with self._lock:
            began, number = self._seen.get(address, (now, 0))
            if now - began >= WINDOW_SECONDS:
                began, number = now, 0
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
            self._seen[address] = (began, number + 1)
