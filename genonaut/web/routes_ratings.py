"""Rating an item in the pages: by a form, or by the script, which is told what it has then."""

from dataclasses import asdict
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.datastructures import QueryParams

from genonaut.api.http.access import MEMBER
from genonaut.api.http.viewer import ViewerDep
from genonaut.api.routes.content import ItemId
from genonaut.api.routes.ratings import RatingServiceDep
from genonaut.api.schemas.ratings import BEST, WORST
from genonaut.errors import InvalidRequestError
from genonaut.web import security
from genonaut.web.page_route import PageRoute
from genonaut.web.rated import rated
from genonaut.web.returning import local_path
from genonaut.web.security import FormDep, see
from genonaut.web.state import GALLERY, read_number
from genonaut.web.viewer import ChosenDep

router = APIRouter(route_class=PageRoute, include_in_schema=False)

AWAY: Final = "away"
"""The field of the button that takes a rating away; `value` is then of no interest."""


@router.post(GALLERY + "/items/{item_id}/rating", dependencies=[MEMBER])
def rate(
    request: Request,
    ratings: RatingServiceDep,
    eyes: ViewerDep,
    chosen: ChosenDep,
    item_id: ItemId,
    form: FormDep,
) -> Response:
    """Rate an item, or take the rating away."""
    if chosen is None:
        raise InvalidRequestError("Ratings are users': choose a user, or sign in.")
    value = _value(form)
    if value:
        found = ratings.rate(eyes, item_id, chosen, value)
    else:
        found = ratings.take_away(eyes, item_id, chosen)
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse(asdict(rated(found)), headers=security.PAGE)
    return see(f"{local_path(form.get('back', ''))}#item-{item_id}")


def _value(form: QueryParams) -> int:
    """The rating; 0 to take it away."""
    if AWAY in form:
        return 0
    value = read_number(form.get("value", ""))
    if not WORST <= value <= BEST:
        raise InvalidRequestError("Choose one to five stars.")
    return value
