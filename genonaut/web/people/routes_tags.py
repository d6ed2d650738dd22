"""For administrators: renaming tags, and merging two."""

from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from genonaut.api.entities import CountedTag
from genonaut.api.http.access import FOR_ADMINS
from genonaut.api.http.dependencies import Recorder, SnapshotDep
from genonaut.api.http.identities import ActorDep
from genonaut.api.http.transactions import in_transaction
from genonaut.api.schemas.tags import TagIn
from genonaut.api.services.tag_service import TagService
from genonaut.content.viewer import EVERYTHING
from genonaut.errors import ConflictError
from genonaut.people.audit import Actor
from genonaut.web.contexts import Viewer
from genonaut.web.page_route import PageRoute
from genonaut.web.people.admin_contexts import TagContext, TagsContext
from genonaut.web.people.forms import NOT_SENT, Refusal, accepted, read
from genonaut.web.people.pages import PageViewerDep, asked_name, done, notice, page
from genonaut.web.security import FormDep, see
from genonaut.web.state import GALLERY

router = APIRouter(prefix=f"{GALLERY}/admin/tags", route_class=PageRoute, include_in_schema=False)

TAGS: Final = router.prefix
PER_PAGE: Final = 100
_MERGE: Final = "merge"
"""The field that confirms that two tags become one, which cannot be undone."""


@router.get("", dependencies=FOR_ADMINS)
def tags(request: Request, session: SnapshotDep, viewer: PageViewerDep) -> Response:
    """A page of tags, by name."""
    search, after = asked_name(request, "search"), asked_name(request, "after")
    found = TagService(session).page(
        EVERYTHING, PER_PAGE, f"0:{after}" if after else None, search, "name"
    )
    here = {"search": search} if search else {}
    first = f"{TAGS}?{urlencode(here)}" if here else TAGS
    more = here | {"after": found.entries[-1].name} if found.next_after else {}
    context = TagsContext(
        title="Tags",
        viewer=viewer,
        tags=tuple(found.entries),
        search=search,
        first=first if after else None,
        next=f"{TAGS}?{urlencode(more)}" if more else None,
        notice=notice(request),
    )
    return page(request, context)


@router.get("/{tag_id}", dependencies=FOR_ADMINS)
def tag(request: Request, session: SnapshotDep, viewer: PageViewerDep, tag_id: UUID) -> Response:
    """A tag, and the form that renames it."""
    typed = request.query_params.get("name")
    return page(request, _tag(viewer, TagService(session).get(EVERYTHING, tag_id), typed))


@router.post("/{tag_id}", dependencies=FOR_ADMINS)
async def rename(
    request: Request, actor: ActorDep, viewer: PageViewerDep, tag_id: UUID, form: FormDep
) -> Response:
    """Rename it. If another tag has the name, the two become one, once that is confirmed."""

    async def work() -> CountedTag:
        name = read(TagIn, form).name

        may_merge = bool(form.get(_MERGE))
        return await in_transaction(
            request,
            lambda session: _rename(session, actor, tag_id, name, may_merge=may_merge),
        )

    made = await accepted(work(), "name")
    if isinstance(made, CountedTag):
        return see(done(TAGS, "renamed" if made.id == tag_id else "merged"))

    def refused(session: Session) -> Response:
        found = TagService(session).get(EVERYTHING, tag_id)
        return page(request, _tag(viewer, found, form.get("name", ""), made), made)

    return await in_transaction(request, refused)


def _rename(
    session: Session, actor: Actor, tag_id: UUID, name: str, *, may_merge: bool
) -> CountedTag:
    renamed = TagService(session).rename(EVERYTHING, tag_id, name)
    merges = renamed.id != tag_id
    if merges and not may_merge:
        raise _MergesError(f"There is a tag “{renamed.name}” already.")
    Recorder(session, actor).record("tag-merged" if merges else "tag-renamed", renamed.name)
    return renamed


class _MergesError(ConflictError):
    """Two tags would become one, which was not confirmed."""


def _tag(
    viewer: Viewer, tag: CountedTag, name: str | None, refusal: Refusal = NOT_SENT
) -> TagContext:
    return TagContext(
        title=refusal.title(f"Rename “{tag.name}”"),
        viewer=viewer,
        tag=tag,
        name=tag.name if name is None else name,
        merges=refusal.status == ConflictError.status,
        problems=refusal.problems,
    )
