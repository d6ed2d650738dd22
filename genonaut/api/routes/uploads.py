"""Files that come in by HTTP."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool

from genonaut.api.entities import Uploaded
from genonaut.api.http.access import MEMBER
from genonaut.api.http.api_routes import ApiRoute
from genonaut.api.http.identities import KnownIdentityDep
from genonaut.api.http.manners import only_allow
from genonaut.api.http.uploads import Uploads, full_disk_explained
from genonaut.api.http.viewer import ViewerDep
from genonaut.api.schemas.errors import documented
from genonaut.api.schemas.uploads import UPLOAD_BODY, UploadsOut
from genonaut.api.services.upload_service import add_items, defaults_for, take_files
from genonaut.content.viewer import Viewer
from genonaut.errors import InvalidRequestError
from genonaut.people.identity import Identity

router = APIRouter(prefix="/api/v1", tags=["content"], route_class=ApiRoute)


@router.post(
    "/content/upload",
    response_model=UploadsOut,
    responses=documented(400, 403, 404, 408, 413, 422, 507),
    dependencies=[MEMBER],
    openapi_extra=UPLOAD_BODY,
)
async def upload_files(
    request: Request, viewer: ViewerDep, identity: KnownIdentityDep
) -> dict[str, Any]:
    """Add picture files. Each is answered by itself: added, already there, or rejected and why."""
    return {"results": await take_upload(request, viewer, identity)}


only_allow(router, "/content/upload", "POST", but_not=["GET", "PATCH", "DELETE"])


async def take_upload(request: Request, viewer: Viewer, identity: Identity) -> list[Uploaded]:
    """Everything between a request and what became of its files.

    A place at the database is taken twice, and not while files are read: that takes long.
    """
    state = request.app.state
    uploads: Uploads = state.uploads
    library, database = uploads.library, state.database
    with full_disk_explained():
        async with uploads.receive(request) as (store, form):
            if not form.files:
                raise InvalidRequestError("There are no `files`: send at least one.")
            async with state.limiter.slot():
                defaults = await run_in_threadpool(defaults_for, database, form.fields, identity)
            rows = await run_in_threadpool(
                take_files, uploads.pool, library, store, defaults, form.files
            )
            async with state.limiter.slot():
                return await run_in_threadpool(
                    add_items, viewer, database, library, form.files, rows
                )
