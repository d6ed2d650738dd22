"""The user's own searches: looked at, deleted, and turned off. No other user has this page."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response

from genonaut.api.http.access import FOR_OWN
from genonaut.api.http.dependencies import SessionDep, SnapshotDep
from genonaut.api.schemas.values import Id
from genonaut.errors import InvalidRequestError
from genonaut.people.searches import KEPT_DAYS, MOST_SEARCHES, Searches
from genonaut.web.page_route import PageRoute
from genonaut.web.people.own_contexts import SearchesContext, ShownSearch
from genonaut.web.people.pages import PageViewerDep, done, notice, page, user_of
from genonaut.web.security import FormDep, see
from genonaut.web.state import GALLERY, GalleryState

router = APIRouter(
    prefix=f"{GALLERY}/account/searches", route_class=PageRoute, include_in_schema=False
)

SEARCHES: Final = router.prefix


@router.get("", dependencies=FOR_OWN)
def searches(request: Request, session: SnapshotDep, viewer: PageViewerDep) -> Response:
    """The list of them, and whether they are kept."""
    mine = Searches(session, user_of(viewer))
    shown = (
        ShownSearch(
            id=one.id,
            query=one.search_query,
            url=GalleryState(search=one.search_query).url(),
            times=one.search_count,
            at=one.last_searched_at,
        )
        for one in mine.recent(MOST_SEARCHES)
    )
    context = SearchesContext(
        title="Searches",
        viewer=viewer,
        searches=tuple(shown),
        are_kept=mine.are_kept(),
        most=MOST_SEARCHES,
        kept_days=KEPT_DAYS,
        notice=notice(request),
    )
    return page(request, context)


@router.post("", dependencies=FOR_OWN)
def turn_searches(session: SessionDep, viewer: PageViewerDep, form: FormDep) -> Response:
    """Keep them from now on, or none."""
    keep = form.get("keep")
    if keep not in ("yes", "no"):
        raise InvalidRequestError("`keep` is wrong: it is `yes` or `no`.")
    on = keep == "yes"
    Searches(session, user_of(viewer)).turn(on=on)
    return see(done(SEARCHES, "searches-on" if on else "searches-off"))


@router.post("/clear", dependencies=FOR_OWN)
def clear_searches(session: SessionDep, viewer: PageViewerDep) -> Response:
    """Delete them all."""
    Searches(session, user_of(viewer)).forget_all()
    return see(done(SEARCHES, "searches-cleared"))


@router.post("/{search_id}/delete", dependencies=FOR_OWN)
def delete_search(
    session: SessionDep, viewer: PageViewerDep, search_id: Annotated[Id, Path()]
) -> Response:
    """Delete one of them."""
    Searches(session, user_of(viewer)).forget(search_id)
    return see(done(SEARCHES, "search-deleted"))
