"""Pictures that look alike."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from genonaut.api.entities import AlikeGroup, AlikeGroups
from genonaut.api.http.access import VISITOR
from genonaut.api.http.dependencies import SnapshotDep
from genonaut.api.http.json_routes import JsonRoute
from genonaut.api.http.manners import only_allow
from genonaut.api.http.viewer import ViewerDep
from genonaut.api.routes.content import ItemId
from genonaut.api.schemas.duplicates import AlikeGroupOut, DuplicatesOut
from genonaut.api.schemas.errors import documented
from genonaut.api.schemas.values import Id
from genonaut.api.services.duplicate_service import DuplicateService

MOST_GROUPS = 100

router = APIRouter(prefix="/api/v1", tags=["content"], route_class=JsonRoute)

Asker = Annotated[
    UUID | None, Query(description="The viewer, where there are no accounts. Default: oneself.")
]


@router.get(
    "/content/duplicates",
    response_model=DuplicatesOut,
    responses=documented(422),
    dependencies=[VISITOR],
)
def list_duplicates(
    session: SnapshotDep,
    viewer: ViewerDep,
    whose: Annotated[
        Literal["own", "all"], Query(description="Groups with your own pictures, or all groups.")
    ] = "all",
    before: Annotated[Id | None, Query(description="`next_before` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_GROUPS)] = 20,
    user_id: Asker = None,
) -> AlikeGroups:
    """Return groups of pictures that look alike, from the newest picture down."""
    service = DuplicateService(session, viewer, viewer.rater(user_id))
    return service.groups(own=whose == "own", before=before, number=limit)


@router.get(
    "/content/{item_id}/similar",
    response_model=AlikeGroupOut,
    responses=documented(404, 422),
    dependencies=[VISITOR],
)
def list_similar(
    session: SnapshotDep, viewer: ViewerDep, item_id: ItemId, user_id: Asker = None
) -> AlikeGroup:
    """Return an item, and the items whose pictures look like its own."""
    return DuplicateService(session, viewer, viewer.rater(user_id)).of_item(item_id)


only_allow(router, "/content/duplicates", "GET", but_not=["PATCH", "DELETE"])
