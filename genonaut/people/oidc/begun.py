"""A sign-in that has begun and is at a provider.

The browser has a secret in a cookie, from which all other values are derived. So another browser
cannot finish the sign-in, the database holds nothing worth stealing, and no key has to be shared by
all processes. The first answer deletes the row, so a second one finds nothing.
"""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import delete, func, insert
from sqlalchemy.orm import Session

from genonaut.db.schema import SignInStart
from genonaut.people.addresses import limited_address
from genonaut.people.secret_keys import digest
from genonaut.people.statements import SQL

MINUTES: Final = 10
"""How long a person may take at the provider."""
MOST_OF_ADDRESS: Final = 100
MOST: Final = 10_000
"""Beyond these numbers, each new sign-in ends the oldest: beginning one costs a client nothing."""


@dataclass(frozen=True, slots=True, repr=False)
class Begun:
    """The values that are derived from a browser's secret."""

    secret: str

    @property
    def state(self) -> str:
        """What the provider sends back, so that an answer to another sign-in is not taken."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """What stands in the token, so that one of another sign-in is not taken."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """What turns the code into a token, so that a stolen code is of no use."""
        return self._derived("verifier")

    def is_state(self, given: str) -> bool:
        """Whether a text is the state; compared in constant time."""
        return hmac.compare_digest(given.encode(errors="replace"), self.state.encode())

    def _derived(self, purpose: str) -> str:
        code = hmac.digest(self.secret.encode(), purpose.encode(), sha256)
        return urlsafe_b64encode(code).rstrip(b"=").decode()


def begin(session: Session, begun: Begun, provider: str, back: str, address: str | None) -> None:
    """Store a sign-in that begins."""
    place = limited_address(address)
    limits = {"address": place, "of_address": MOST_OF_ADDRESS - 1, "all": MOST - 1}
    session.execute(SQL["forget_sign_in_starts"], limits)
    session.execute(
        insert(SignInStart).values(
            token_hash=digest(begun.secret),
            provider=provider,
            back=back,
            address=place,
            expires_at=func.now() + timedelta(minutes=MINUTES),
        )
    )


def take(session: Session, begun: Begun, provider: str) -> str | None:
    """Take a sign-in away, which works once. Returns the page to return to; None if it is gone."""
    gone = (
        delete(SignInStart)
        .where(
            SignInStart.token_hash == digest(begun.secret),
            SignInStart.provider == provider,
            SignInStart.expires_at > func.now(),
        )
        .returning(SignInStart.back)
    )
    back: str | None = session.execute(gone).scalar_one_or_none()
    return back
