"""Searches that a page makes: kept for the user who is signed in, and offered again."""

from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Depends, Request

from genonaut.api.http.identities import get_identity
from genonaut.api.http.origins import Sender, sender_of
from genonaut.api.http.transactions import in_transaction
from genonaut.errors import DatabaseError, OverloadedError
from genonaut.people.searches import LONGEST_KEPT, Searches
from genonaut.web.contexts import Link
from genonaut.web.page_view import PageView
from genonaut.web.state import CHOSEN, GALLERY, read_state

RECENT: Final = 5
PAUSE_SECONDS: Final = 600
"""As long as a search is refined by filters, it is one search."""
_CHOOSE: Final = f"{GALLERY}/choose"


async def keep_search(request: Request) -> None:
    """Keep the search of a form that one of our pages sent. That it fails is no reason to fail.

    A page further on, a step back and a link to a search are no searches of the user.
    """
    search = _sent_search(request)
    if not search or request.app.state.settings.api.read_only:
        return
    identity = await get_identity(request)
    if identity is not None and identity.user_id is not None:
        await _keep(request, identity.user_id, search)


KEEPS_SEARCH: Final = Depends(keep_search)


async def _keep(request: Request, user_id: UUID, search: str) -> None:
    with suppress(DatabaseError, OverloadedError):
        await in_transaction(
            request, lambda session: Searches(session, user_id).note(search, PAUSE_SECONDS)
        )


def _sent_search(request: Request) -> str:
    """What a form of ours searches for; empty if it is no such form, or nothing to keep."""
    is_sent = request.url.path == _CHOOSE or CHOSEN in request.query_params
    if not is_sent or not _is_of_our_page(request):
        return ""
    search = read_state(request.query_params).search
    return search if len(search) <= LONGEST_KEPT else ""


def _is_of_our_page(request: Request) -> bool:
    """Over plain HTTP from another machine, a browser says no more than the page before."""
    sender = sender_of(request)
    if sender is not Sender.PROGRAM:
        return sender is Sender.OUR_PAGE
    before = request.headers.get("referer", "")
    return before.startswith(("http://", "https://")) and _host_of(before) == request.url.netloc


def _host_of(address: str) -> str:
    with suppress(ValueError):
        return urlsplit(address).netloc
    return ""


def recent_searches(view: PageView) -> tuple[Link, ...]:
    """The viewer's last searches but the one that is shown; none of a viewer who was chosen."""
    user_id = None if view.viewer.can_choose else view.viewer.user_id
    if user_id is None:
        return ()
    found = view.services.searches(user_id).recent(RECENT + 1)
    others = [one.search_query for one in found if one.search_query != view.state.search]
    return tuple(Link(query, view.state.but(search=query).url()) for query in others[:RECENT])
