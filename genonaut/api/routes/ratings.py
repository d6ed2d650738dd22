"""What users think of items: rate one, take that away, read what it is rated."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from genonaut.api.entities import ItemRating
from genonaut.api.http.access import MEMBER, VISITOR
from genonaut.api.http.dependencies import SessionDep
from genonaut.api.http.identities import KnownIdentityDep
from genonaut.api.http.json_routes import JsonRoute
from genonaut.api.http.viewer import ViewerDep
from genonaut.api.routes.content import ItemId
from genonaut.api.schemas.errors import documented
from genonaut.api.schemas.ratings import RatingIn, RatingOut
from genonaut.api.services.rating_service import RatingService, rater_for

router = APIRouter(prefix="/api/v1", tags=["content"], route_class=JsonRoute)

RATING = "/content/{item_id}/rating"


async def get_rating_service(session: SessionDep) -> RatingService:
    """The rating service."""
    return RatingService(session)


RatingServiceDep = Annotated[RatingService, Depends(get_rating_service)]
Rater = Annotated[
    UUID | None,
    Query(description="The user who rates, where there are no accounts. Default: oneself."),
]


@router.get(
    RATING, response_model=RatingOut, responses=documented(404, 422), dependencies=[VISITOR]
)
def read_rating(
    service: RatingServiceDep, viewer: ViewerDep, item_id: ItemId, user_id: Rater = None
) -> ItemRating:
    """Return what an item is rated: by you, and the mean of all."""
    return service.get(viewer, item_id, viewer.rater(user_id))


@router.put(
    RATING,
    response_model=RatingOut,
    responses=documented(403, 404, 413, 422),
    dependencies=[MEMBER],
)
def rate_item(
    service: RatingServiceDep,
    viewer: ViewerDep,
    identity: KnownIdentityDep,
    item_id: ItemId,
    rating: RatingIn,
    user_id: Rater = None,
) -> ItemRating:
    """Rate an item that you can see, your own ones too. A second rating replaces the first."""
    return service.rate(viewer, item_id, rater_for(identity, user_id), rating.value)


@router.delete(
    RATING, response_model=RatingOut, responses=documented(403, 404, 422), dependencies=[MEMBER]
)
def take_rating_away(
    service: RatingServiceDep,
    viewer: ViewerDep,
    identity: KnownIdentityDep,
    item_id: ItemId,
    user_id: Rater = None,
) -> ItemRating:
    """Take your rating of an item away, if there is one."""
    return service.take_away(viewer, item_id, rater_for(identity, user_id))
