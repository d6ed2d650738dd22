"""Tags: list, rename, delete."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from genonaut.api.entities import CountedTag, Page
from genonaut.api.http.access import ADMIN, VISITOR
from genonaut.api.http.dependencies import RecorderDep, TagServiceDep
from genonaut.api.http.json_routes import JsonRoute
from genonaut.api.http.viewer import ViewerDep
from genonaut.api.schemas.errors import documented
from genonaut.api.schemas.tags import TagDeletedOut, TagIn, TagOut, TagsOut
from genonaut.api.schemas.values import NamePart, TagCursor

router = APIRouter(prefix="/api/v1/tags", tags=["tags"], route_class=JsonRoute)


@router.get("", response_model=TagsOut, responses=documented(422), dependencies=[VISITOR])
def list_tags(
    service: TagServiceDep,
    viewer: ViewerDep,
    search: Annotated[NamePart | None, Query(description="A part of the names.")] = None,
    sort: Annotated[
        Literal["count", "name"], Query(description="The most used first, or by name.")
    ] = "count",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    after: Annotated[
        TagCursor | None, Query(description="`next_after` of the page before.")
    ] = None,
) -> Page[CountedTag]:
    """Return a page of tags with their counts, exact at this moment."""
    return service.page(viewer, limit, after, search, sort)


@router.patch(
    "/{tag_id}",
    response_model=TagOut,
    responses=documented(403, 404, 409, 413, 422),
    dependencies=[ADMIN],
)
def rename_tag(
    service: TagServiceDep, viewer: ViewerDep, recorder: RecorderDep, tag_id: UUID, tag: TagIn
) -> CountedTag:
    """Rename a tag, for all its items. If another tag has the name, the two become that one."""
    renamed = service.rename(viewer, tag_id, tag.name)
    recorder.record("tag-renamed" if renamed.id == tag_id else "tag-merged", tag.name)
    return renamed


@router.delete("/{tag_id}", responses=documented(403, 404, 422), dependencies=[ADMIN])
def delete_tag(
    service: TagServiceDep, viewer: ViewerDep, recorder: RecorderDep, tag_id: UUID
) -> TagDeletedOut:
    """Delete a tag. Its items stay, without it."""
    deleted = service.delete(viewer, tag_id)
    recorder.record("tag-deleted", deleted.name)
    return TagDeletedOut(deleted=TagOut.model_validate(deleted))
