"""How many streams may be open: in a process, and of one sender."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from genonaut.errors import NotFoundError, StreamsFullError, TooManyStreamsError


class Places:
    """Counts streams by sender: a user, or the address of a visitor."""

    def __init__(self, most: int, most_of_one: int) -> None:
        self._most, self._most_of_one = most, most_of_one
        self._taken = Counter[str]()

    @contextmanager
    def taken(self, sender: str) -> Iterator[None]:
        """A place, for the time of the `with`.

        Raises:
            NotFoundError: there are none.
            StreamsFullError: all are taken.
            TooManyStreamsError: this sender has as many as one may have.
        """
        self._check(sender)
        self._taken[sender] += 1
        try:
            yield
        finally:
            self._taken[sender] -= 1
            if not self._taken[sender]:
                del self._taken[sender]

    def _check(self, sender: str) -> None:
        if not self._most:
            raise NotFoundError("There are no live numbers here: `api.live-streams` is 0.")
        if self._taken[sender] >= self._most_of_one:
            raise TooManyStreamsError
        if self._taken.total() >= self._most:
            raise StreamsFullError
