"""Checking a password over HTTP. Hashing waits for its turn, and holds no connection meanwhile.

A storm of attempts must be felt by no other request. So two passwords are hashed at once, attempts
have a few of the places at the database, and an address that has failed too often is refused from
memory for a second at a time.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from fastapi import Request
from sqlalchemy.orm import Session

from genonaut.api.http.limiter import ConnectionLimiter
from genonaut.api.http.peers import address_of
from genonaut.api.http.transactions import in_transaction
from genonaut.config import Settings
from genonaut.errors import SignInFailedError, TooManyAttemptsError
from genonaut.people.addresses import limited_address
from genonaut.people.passwords import HASHED_AT_ONCE, check_password, hash_password
from genonaut.people.signing_in import Checked, begin

Done = TypeVar("Done")

_PATIENCE_SECONDS: Final = 10.0
_REMEMBERED: Final = 10_000
_REFUSED_SECONDS: Final = 1.0


class SignIns:
    """What one application keeps for signing in: the turns, the threads, the refused addresses."""

    def __init__(self, settings: Settings) -> None:
        self.days = settings.auth.session_days
        self.hashing = ConnectionLimiter(HASHED_AT_ONCE, _PATIENCE_SECONDS)
        self.attempts = ConnectionLimiter(
            max(1, settings.api.pool_size // 3), settings.api.patience_seconds
        )
        # Of their own: each thread that has hashed keeps the memory that it took.
        self.threads = ThreadPoolExecutor(HASHED_AT_ONCE, "passwords")
        self._refused: dict[str, float] = {}

    def close(self) -> None:
        """End the threads."""
        self.threads.shutdown()

    def check_address(self, address: str) -> None:
        """Refuse an address that the database refused a moment ago.

        Raises:
            TooManyAttemptsError: it did.
        """
        if self._refused.get(address, 0) > time.monotonic():
            raise TooManyAttemptsError

    def remember(self, address: str) -> None:
        """Refuse an address for a second, since the database refused it."""
        if len(self._refused) >= _REMEMBERED:
            self._refused.clear()
        self._refused[address] = time.monotonic() + _REFUSED_SECONDS


async def proved(
    request: Request,
    username: str,
    password: str,
    finish: Callable[[Session, Checked], Done | None],
) -> Done:
    """Check a password, and do with the result what `finish` does: None if it was wrong.

    Raises:
        SignInFailedError: the name or the password is wrong.
        TooManyAttemptsError: too many attempts failed.
    """
    sign_ins, address = sign_ins_of(request), limited_address(address_of(request))
    sign_ins.check_address(address)
    try:
        async with sign_ins.attempts.slot():
            attempt = await in_transaction(
                request, lambda session: begin(session, username, address_of(request))
            )
    except TooManyAttemptsError as error:
        if error.whole_address:
            sign_ins.remember(address)
        raise
    checked = await _hashed(request, attempt.check, password)
    done = await in_transaction(request, lambda session: finish(session, checked))
    if done is None:
        raise SignInFailedError
    return done


async def hashed_password(request: Request, password: str) -> str:
    """What is stored of a password.

    Raises:
        InvalidRequestError: it cannot be a password.
    """
    check_password(password)
    return await _hashed(request, hash_password, password)


async def _hashed(request: Request, work: Callable[[str], Done], password: str) -> Done:
    sign_ins = sign_ins_of(request)
    async with sign_ins.hashing.slot():
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(sign_ins.threads, work, password)


def sign_ins_of(request: Request) -> SignIns:
    """Those of the application that answers a request."""
    sign_ins: SignIns = request.app.state.sign_ins
    return sign_ins
