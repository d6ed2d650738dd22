"""Routes that are there in some modes (`auth.mode`) only: those about accounts and passwords."""

from typing import Final

from fastapi import Depends, Request

from genonaut.errors import NotFoundError

NO_ACCOUNTS: Final = "There are no accounts here: `auth.mode` is open."
_BY_HEADER: Final = (
    "Passwords do not count here: `auth.mode` is header, and the proxy signs users in."
)


async def require_accounts(request: Request) -> None:
    """A dependency of routes about accounts.

    Raises:
        NotFoundError: `auth.mode` is open, so there are none.
    """
    if request.app.state.settings.auth.mode == "open":
        raise NotFoundError(NO_ACCOUNTS)


async def require_passwords(request: Request) -> None:
    """A dependency of routes about passwords: behind a proxy that signs in, no session counts.

    Raises:
        NotFoundError: there are no accounts, or a proxy signs their users in.
    """
    await require_accounts(request)
    if not has_passwords(request):
        raise NotFoundError(_BY_HEADER)


def has_passwords(request: Request) -> bool:
    """Whether users sign in at the gallery itself, and not at a proxy."""
    mode: str = request.app.state.settings.auth.mode
    return mode == "accounts"


WITH_ACCOUNTS: Final = Depends(require_accounts)
WITH_PASSWORDS: Final = Depends(require_passwords)
