"""A user's searches. They are for that user alone: not even an administrator is told of them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query

from genonaut.api.gallery.pager import Total
from genonaut.api.http.access import MEMBER
from genonaut.api.http.dependencies import SessionDep
from genonaut.api.http.identities import KnownIdentityDep
from genonaut.api.http.json_routes import JsonRoute
from genonaut.api.numbered import NumberedPage, PageNumber
from genonaut.api.schemas.errors import documented
from genonaut.api.schemas.searches import (
    RecentSearchesOut,
    SearchesDeletedOut,
    SearchHistoryOut,
    SearchIn,
    SearchOut,
)
from genonaut.api.schemas.values import Id
from genonaut.db.schema import SearchEntry
from genonaut.errors import NotFoundError
from genonaut.people.identity import OPEN
from genonaut.people.searches import Searches

router = APIRouter(
    prefix="/api/v1/users/{user_id}/search-history", tags=["users"], route_class=JsonRoute
)


async def get_searches(session: SessionDep, identity: KnownIdentityDep, user_id: UUID) -> Searches:
    """The sender's own; without accounts, those of the user that the client says it acts for.

    Raises:
        NotFoundError: it is another user's.
    """
    if identity is not OPEN and identity.user_id != user_id:
        raise NotFoundError("You have no searches under this id: each user's are for that user.")
    return Searches(session, user_id)


SearchesDep = Annotated[Searches, Depends(get_searches)]


@router.get(
    "", response_model=SearchHistoryOut, responses=documented(404, 422), dependencies=[MEMBER]
)
def list_searches(
    searches: SearchesDep,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
    page_size: Annotated[int, Query(ge=1, le=200)] = 20,
) -> NumberedPage[SearchEntry]:
    """Return a page of your searches, the last ones first."""
    searches.are_kept()
    at = PageNumber(page, page_size)
    found = searches.recent(page_size + 1, at.offset)
    return NumberedPage.of(at, found, Total(searches.number(), exact=True))


@router.get("/recent", responses=documented(404, 422), dependencies=[MEMBER])
def list_recent_searches(
    searches: SearchesDep, limit: Annotated[int, Query(ge=1, le=100)] = 3
) -> RecentSearchesOut:
    """Return your last searches."""
    searches.are_kept()
    return RecentSearchesOut(
        items=[SearchOut.model_validate(one) for one in searches.recent(limit)]
    )


@router.post(
    "",
    status_code=201,
    response_model=SearchOut,
    responses=documented(403, 404, 409, 413, 422),
    dependencies=[MEMBER],
)
def add_search(searches: SearchesDep, sent: SearchIn) -> SearchEntry:
    """Add a search to your history, or count it once more."""
    return searches.add(sent.search_query)


@router.delete("", responses=documented(403, 404, 422), dependencies=[MEMBER])
def delete_searches(searches: SearchesDep) -> SearchesDeletedOut:
    """Delete all your searches."""
    return _deleted(searches.forget_all())


@router.delete("/clear", responses=documented(403, 404, 422), dependencies=[MEMBER])
def clear_searches(searches: SearchesDep) -> SearchesDeletedOut:
    """Delete all your searches, under the address that an older client knows."""
    return _deleted(searches.forget_all())


@router.delete("/by-query", responses=documented(403, 404, 413, 422), dependencies=[MEMBER])
def delete_search_by_query(searches: SearchesDep, sent: SearchIn) -> SearchesDeletedOut:
    """Delete one of your searches, by its words."""
    searches.forget(sent.search_query)
    return _deleted(1)


@router.delete("/{search_id}", responses=documented(403, 404, 422), dependencies=[MEMBER])
def delete_search(
    searches: SearchesDep, search_id: Annotated[Id, Path(examples=[4])]
) -> SearchesDeletedOut:
    """Delete one of your searches."""
    searches.forget(search_id)
    return _deleted(1)


def _deleted(number: int) -> SearchesDeletedOut:
    searches = "search" if number == 1 else "searches"
    return SearchesDeletedOut(deleted_count=number, message=f"Deleted {number} {searches}.")
