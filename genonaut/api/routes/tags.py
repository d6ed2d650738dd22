"""Tags: list, read, rename, delete."""

from collections.abc import Sequence
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query

from genonaut.api.entities import CountedTag, PopularTag
from genonaut.api.gallery.query import LARGEST_PAGE
from genonaut.api.http.access import ADMIN, VISITOR
from genonaut.api.http.dependencies import RecorderDep, TagListsDep, TagServiceDep
from genonaut.api.http.json_routes import JsonRoute
from genonaut.api.http.viewer import ViewerDep
from genonaut.api.numbered import PageNumber
from genonaut.api.repositories.tag_pages import TagOrder
from genonaut.api.schemas.errors import documented
from genonaut.api.schemas.tag_lists import (
    SOURCES,
    ContentSource,
    PopularTagOut,
    TagDetailOut,
    TagPageOut,
    TagSort,
)
from genonaut.api.schemas.tags import TagDeletedOut, TagIn, TagOut, TagsOut
from genonaut.api.schemas.values import NamePart, TagCursor

router = APIRouter(prefix="/api/v1/tags", tags=["tags"], route_class=JsonRoute)

_WITHOUT_DIRECTION: Final = (None, "count", "name")
_PAGE_SIZE: Final = 20


@router.get("", responses=documented(422), dependencies=[VISITOR])
def list_tags(
    service: TagServiceDep,
    lists: TagListsDep,
    viewer: ViewerDep,
    search: Annotated[NamePart | None, Query(description="A part of the names.")] = None,
    sort: Annotated[
        TagSort | None,
        Query(description="`count`: the most used first. Default: that, or `name-asc` by number."),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    after: Annotated[
        TagCursor | None, Query(description="`next_after` of the page before.")
    ] = None,
    page: Annotated[
        int | None, Query(ge=1, le=LARGEST_PAGE, description="Then it is a page by number.")
    ] = None,
    page_size: Annotated[
        int | None, Query(ge=1, le=1000, description="The same; default: 20.")
    ] = None,
) -> TagsOut | TagPageOut:
    """Return a page of tags with their counts, exact at this moment.

    It is a page by number, with the number of all tags, if `page`, `page_size` or a `sort` with a
    direction is sent; `limit` and `after` do not count then.
    """
    if page or page_size or sort not in _WITHOUT_DIRECTION:
        at = PageNumber(page or 1, page_size or _PAGE_SIZE)
        found = lists.page(viewer, at, _order_of(sort), search or "")
        return TagPageOut.model_validate(found)
    tags = service.page(viewer, limit, after, search, "name" if sort == "name" else "count")
    return TagsOut.model_validate(tags)


@router.get(
    "/popular",
    response_model=list[PopularTagOut],
    responses=documented(422),
    dependencies=[VISITOR],
)
def list_popular_tags(
    lists: TagListsDep,
    viewer: ViewerDep,
    limit: Annotated[int, Query(ge=1, le=1000)] = 20,
    content_source: Annotated[
        ContentSource | None, Query(description="Of these items only; `items` is `regular`.")
    ] = None,
    min_cardinality: Annotated[
        int, Query(ge=1, le=2**62, description="Tags that so many items carry at least.")
    ] = 1,
) -> Sequence[PopularTag]:
    """Return the tags that most items carry, with their numbers, exact at this moment."""
    source = SOURCES[content_source] if content_source else None
    return lists.popular(viewer, limit, source, min_cardinality)


@router.get("/{tag_id}", responses=documented(404, 422), dependencies=[VISITOR])
def read_tag(
    service: TagServiceDep,
    viewer: ViewerDep,
    tag_id: UUID,
    _user_id: Annotated[
        UUID | None,
        Query(alias="user_id", description="Taken from an older client, and of no effect."),
    ] = None,
) -> TagDetailOut:
    """Return a tag with its counts, exact at this moment."""
    return TagDetailOut.of(service.get(viewer, tag_id))


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
    recorder.record("tag-merged" if renamed.is_merged else "tag-renamed", renamed.names)
    return renamed.after


@router.delete("/{tag_id}", responses=documented(403, 404, 422), dependencies=[ADMIN])
def delete_tag(
    service: TagServiceDep, viewer: ViewerDep, recorder: RecorderDep, tag_id: UUID
) -> TagDeletedOut:
    """Delete a tag. Its items stay, without it."""
    deleted = service.delete(viewer, tag_id)
    recorder.record("tag-deleted", deleted.name)
    return TagDeletedOut(deleted=TagOut.model_validate(deleted))


def _order_of(sort: TagSort | None) -> TagOrder:
    if sort is None or sort == "name":
        return "name-asc"
    return "count-desc" if sort == "count" else sort
