"""Many items at once: change them, delete them together and put them back."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Path, Request, Response
from fastapi.responses import JSONResponse

from genonaut.api.http import bulk
from genonaut.api.http.access import MEMBER
from genonaut.api.http.identities import KnownIdentityDep
from genonaut.api.http.json_routes import JsonRoute
from genonaut.api.http.manners import only_allow
from genonaut.api.http.viewer import ViewerDep
from genonaut.api.schemas.bulk import (
    BulkIn,
    BulkOut,
    FailedOut,
    UndoneOut,
    undo_of,
)
from genonaut.api.schemas.errors import ErrorOut, documented
from genonaut.api.services.bulk_actions import Sender
from genonaut.api.services.bulk_service import Failed, ListChanged
from genonaut.api.services.deletion_service import UNDO_SECONDS
from genonaut.content.viewer import Viewer
from genonaut.people.identity import Identity

router = APIRouter(prefix="/api/v1", tags=["content"], route_class=JsonRoute)


@router.post(
    "/content/bulk",
    response_model=BulkOut,
    responses=documented(403, 404, 409, 413, 422),
    dependencies=[MEMBER],
)
async def change_items(
    request: Request,
    viewer: ViewerDep,
    identity: KnownIdentityDep,
    sent: Annotated[BulkIn, Body()],
) -> BulkOut | Response:
    """Do the same to many items: to some by their ids, or to all of a list.

    What cannot be changed is listed with the reason, and the rest is done.
    """
    sender = _sender(viewer, identity)
    done = await bulk.perform(request, sender, sent.wanted(identity), sent.target())
    if isinstance(done, ListChanged):
        return _list_changed(request, done, sent.expected)
    until = datetime.now(UTC) + timedelta(seconds=UNDO_SECONDS)
    failed = [FailedOut.model_validate(one) for one in done.failed]
    return BulkOut(done=done.done, failed=failed, undo=undo_of(done.batch, until))


only_allow(router, "/content/bulk", "POST", but_not=["GET", "PATCH", "DELETE"])


@router.post(
    "/content/bulk/{batch}/undo",
    responses=documented(403, 404, 422),
    dependencies=[MEMBER],
)
async def undo_deletion(
    request: Request, viewer: ViewerDep, identity: KnownIdentityDep, batch: Annotated[UUID, Path()]
) -> UndoneOut:
    """Put back what you deleted together, within ten minutes."""
    undone = await bulk.undo(request, _sender(viewer, identity), batch)
    taken = [FailedOut.model_validate(Failed(one, "taken")) for one in undone.taken]
    return UndoneOut(done=undone.done, failed=taken)


def _sender(viewer: Viewer, identity: Identity) -> Sender:
    return Sender(viewer, identity.user_id, identity.is_admin)


def _list_changed(request: Request, now: ListChanged, expected: int | None) -> Response:
    before = "you did not say how many" if expected is None else f"and not {expected:,}"
    error = ErrorOut(
        error="list_changed",
        detail=f"The list has {now.total:,} items, {before}: nothing was done. Read it again, or "
        "say `go_on`.",
        request_id=request.state.request_id,
    )
    return JSONResponse(error.model_dump(exclude={"fields"}) | {"total": now.total}, 409)
