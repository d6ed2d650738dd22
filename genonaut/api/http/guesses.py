"""Guesses of secret links: an address that was wrong too often is refused for a minute.

A link has 256 random bits, so no guess will ever be right. The limit is for what guesses cost. Each
process keeps it by itself, in memory: nothing is written for a request that only reads.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

from fastapi import Request

from genonaut.api.http.peers import address_of
from genonaut.errors import NotFoundError, TooManyAttemptsError
from genonaut.people.addresses import limited_address

WINDOW_SECONDS: Final = 60.0
MOST_WRONG: Final = 20
_REMEMBERED: Final = 10_000
"""Addresses; beyond it the one that was first wrong is forgotten."""


class Guesses:
    """The wrong guesses of the last minute, by address."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._wrong: dict[str, deque[float]] = {}

    @contextmanager
    def of(self, address: str | None) -> Iterator[None]:
        """To look up a link that an address sends: it is a guess if it is not found.

        Raises:
            TooManyAttemptsError: the address was wrong too often.
        """
        limited = limited_address(address)
        self._check(limited)
        try:
            yield
        except NotFoundError:
            self._note(limited)
            raise

    def _check(self, address: str) -> None:
        with self._lock:
            wrong = self._wrong.get(address)
            while wrong and wrong[0] <= self._clock() - WINDOW_SECONDS:
                wrong.popleft()
            if wrong and len(wrong) >= MOST_WRONG:
                raise TooManyAttemptsError

    def _note(self, address: str) -> None:
        with self._lock:
            if address not in self._wrong and len(self._wrong) >= _REMEMBERED:
                del self._wrong[next(iter(self._wrong))]
            self._wrong.setdefault(address, deque(maxlen=MOST_WRONG)).append(self._clock())


@contextmanager
def guesses_of(request: Request) -> Iterator[None]:
    """To look up the link that a request brings.

    Raises:
        TooManyAttemptsError: its address was wrong too often.
    """
    guesses: Guesses = request.app.state.guesses
    with guesses.of(address_of(request)):
        yield
