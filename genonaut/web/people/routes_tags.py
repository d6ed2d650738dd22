"""For administrators: renaming tags, merging two, and deleting one."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from genonaut.api.entities import RenamedTag
from genonaut.api.gallery.query import LARGEST_PAGE
from genonaut.api.http.access import FOR_ADMINS
from genonaut.api.http.dependencies import Recorder, SnapshotDep, TagListsDep
from genonaut.api.http.identities import ActorDep
from genonaut.api.http.transactions import in_transaction
from genonaut.api.numbered import PageNumber
from genonaut.api.repositories.tag_pages import TagOrder
from genonaut.api.schemas.tags import TagIn
from genonaut.api.services.tag_service import TagService
from genonaut.content.viewer import EVERYTHING
from genonaut.errors import ConflictError
from genonaut.people.audit import Actor
from genonaut.web.contexts import Choice, Viewer
from genonaut.web.page_route import PageRoute
from genonaut.web.people.forms import NOT_SENT, Refusal, accepted, read
from genonaut.web.people.pages import PageViewerDep, asked_name, done, notice, page
from genonaut.web.people.shown_tags import address, merging, shown_tag
from genonaut.web.people.tag_contexts import TagContext, TagsContext
from genonaut.web.rendering import plural
from genonaut.web.security import FormDep, see
from genonaut.web.state import GALLERY, read_number

router = APIRouter(prefix=f"{GALLERY}/admin/tags", route_class=PageRoute, include_in_schema=False)

TAGS: Final = router.prefix
PER_PAGE: Final = 100
_MERGE: Final = "merge"
"""The field that confirms that two tags become one, which cannot be undone."""
_SORTS: Final[dict[str, tuple[str, TagOrder]]] = {
    "name": ("by name", "name-asc"),
    "count": ("by number of pictures", "count-desc"),
    "newest": ("the newest first", "created-desc"),
}


@router.get("", dependencies=FOR_ADMINS)
def tags(request: Request, lists: TagListsDep, viewer: PageViewerDep) -> Response:
    """A page of tags, and how many there are."""
    asked = request.query_params
    search = asked_name(request, "search")
    sort = asked["sort"] if asked.get("sort") in _SORTS else "name"
    at = PageNumber(min(read_number(asked.get("p", "")) or 1, LARGEST_PAGE), PER_PAGE)
    found = lists.page(EVERYTHING, at, _SORTS[sort][1], search)

    def to(number: int) -> str:
        kept = {"search": search, "sort": "" if sort == "name" else sort}
        return address(TAGS, **kept, p="" if number == 1 else number)

    total = plural(found.total_count, "tag")
    context = TagsContext(
        title="Tags",
        viewer=viewer,
        tags=tuple(map(shown_tag, found.items)),
        total=f"at least {total}" if found.total_is_estimate else total,
        search=search,
        sorts=tuple(Choice(one, label, one == sort) for one, (label, _) in _SORTS.items()),
        page=at.page,
        pages=found.total_pages,
        first=to(1) if found.has_previous else None,
        previous=to(at.page - 1) if found.has_previous else None,
        next=to(at.page + 1) if found.has_next else None,
        notice=notice(request),
    )
    return page(request, context)


@router.get("/{tag_id}", dependencies=FOR_ADMINS)
def tag(request: Request, session: SnapshotDep, viewer: PageViewerDep, tag_id: UUID) -> Response:
    """A tag, and the forms that rename and delete it."""
    typed = request.query_params.get("name")
    return page(request, _tag(request, session, viewer, tag_id, typed))


@router.post("/{tag_id}", dependencies=FOR_ADMINS)
async def rename(
    request: Request, actor: ActorDep, viewer: PageViewerDep, tag_id: UUID, form: FormDep
) -> Response:
    """Rename it. If another tag has the name, the two become one, once that is confirmed."""

    async def work() -> RenamedTag:
        name = read(TagIn, form).name

        may_merge = bool(form.get(_MERGE))
        return await in_transaction(
            request,
            lambda session: _rename(session, actor, tag_id, name, may_merge=may_merge),
        )

    made = await accepted(work(), "name")
    if isinstance(made, RenamedTag):
        return see(done(TAGS, "merged" if made.is_merged else "renamed"))

    def refused(session: Session) -> Response:
        typed = form.get("name", "")
        return page(request, _tag(request, session, viewer, tag_id, typed, made), made)

    return await in_transaction(request, refused)


@router.post("/{tag_id}/delete", dependencies=FOR_ADMINS)
async def delete(request: Request, actor: ActorDep, tag_id: UUID) -> Response:
    """Delete it. Its pictures stay, without it."""

    def work(session: Session) -> None:
        deleted = TagService(session).delete(EVERYTHING, tag_id)
        Recorder(session, actor).record("tag-deleted", deleted.name)

    await in_transaction(request, work)
    return see(done(TAGS, "deleted"))


def _rename(
    session: Session, actor: Actor, tag_id: UUID, name: str, *, may_merge: bool
) -> RenamedTag:
    renamed = TagService(session).rename(EVERYTHING, tag_id, name)
    if renamed.is_merged and not may_merge:
        raise _MergesError(f"There is a tag “{renamed.after.name}” already.")
    recorder = Recorder(session, actor)
    recorder.record("tag-merged" if renamed.is_merged else "tag-renamed", renamed.names)
    return renamed


class _MergesError(ConflictError):
    """Two tags would become one, which was not confirmed."""


def _tag(
    request: Request,
    session: Session,
    viewer: Viewer,
    tag_id: UUID,
    typed: str | None,
    refusal: Refusal = NOT_SENT,
) -> TagContext:
    found = TagService(session).get(EVERYTHING, tag_id)
    is_taken = refusal.status == ConflictError.status
    other = TagService(session).named(EVERYTHING, typed or "") if is_taken else None
    settings = request.app.state.settings
    return TagContext(
        title=refusal.title(f"Rename “{found.name}”"),
        viewer=viewer,
        tag=shown_tag(found),
        name=found.name if typed is None else typed,
        merging=merging(session, settings, found, other) if other else None,
        problems=refusal.problems,
    )
