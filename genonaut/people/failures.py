"""How many attempts to sign in may fail: with one account from one address, and from one address.

There is no limit by account alone: other people's guesses would lock its owner out. What they cost
is limited by how many passwords are hashed at once.

An attempt counts as failed until it has succeeded, so that a hundred at once are no better than one
after the other; and an attempt that is refused is not recorded, so that the table stays small.
"""

from hashlib import sha256
from typing import Final

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from genonaut.db.schema import SignInFailure
from genonaut.errors import TooManyAttemptsError
from genonaut.people.addresses import limited_address
from genonaut.people.statements import SQL

WINDOW_SECONDS: Final = 60
MOST_BY_ACCOUNT: Final = 5
"""With one account from one address."""
MOST_BY_ADDRESS: Final = 20


class Failures:
    """The attempts from one address with one account, existing or not."""

    def __init__(self, session: Session, username: str, address: str | None) -> None:
        self._session = session
        self._given = {
            "account": sha256(username.encode(errors="replace")).digest(),
            "address": limited_address(address),
        }

    def begin(self) -> None:
        """Record an attempt, before any work is done for it.

        Raises:
            TooManyAttemptsError: too many failed within a minute.
        """
        given = self._given | {"seconds": WINDOW_SECONDS}
        self._session.execute(SQL["take_turns"], {"address": given["address"]})
        recent = self._session.execute(SQL["recent_failures"], given).one()
        if recent.of_address >= MOST_BY_ADDRESS:
            raise TooManyAttemptsError(whole_address=True)
        if recent.of_account >= MOST_BY_ACCOUNT:
            raise TooManyAttemptsError
        old = {"address": given["address"], "seconds": WINDOW_SECONDS}
        self._session.execute(SQL["forget_old_failures"], old)
        self._session.execute(insert(SignInFailure).values(self._given))

    def forget(self) -> None:
        """Forget the failures before an attempt that succeeded: they were the same person's."""
        those = (getattr(SignInFailure, name) == value for name, value in self._given.items())
        self._session.execute(delete(SignInFailure).where(*those))
