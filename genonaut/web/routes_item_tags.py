"""An item's tags: the form of its page that adds and removes them, and what completes a name."""

from dataclasses import replace
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.orm import Session

from genonaut.api.http.access import MEMBER, VISITOR
from genonaut.api.http.dependencies import TagListsDep
from genonaut.api.http.identities import IdentityDep
from genonaut.api.http.transactions import in_transaction
from genonaut.api.http.viewer import ViewerDep
from genonaut.api.routes.content import ItemId
from genonaut.api.schemas.values import TagName
from genonaut.api.services.item_tag_service import ItemTagService
from genonaut.content.rules import LONGEST_NAME
from genonaut.content.viewer import Viewer
from genonaut.web import security
from genonaut.web.item_tags import TAGGED, Typed
from genonaut.web.page_route import PageRoute
from genonaut.web.page_view import get_view
from genonaut.web.people.forms import accepted, read
from genonaut.web.security import FormDep, see
from genonaut.web.state import GALLERY, read_state
from genonaut.web.viewer import ChosenDep
from genonaut.web.views.item import item_context

router = APIRouter(prefix=GALLERY, route_class=PageRoute, include_in_schema=False)

SUGGESTIONS: Final = 8


class Tagging(BaseModel):
    """What the form sends that adds a tag."""

    tag: TagName


@router.get("/tags/suggestions", dependencies=[VISITOR])
def suggest_tags(lists: TagListsDep, eyes: ViewerDep, begins: str = "") -> Response:
    """Tags that begin as was typed and that the viewer knows, with the viewer's numbers."""
    typed = begins.replace("\0", "")[:LONGEST_NAME]
    found = lists.suggested(eyes, typed, SUGGESTIONS)
    shown = [{"name": tag.name, "count": tag.count} for tag in found]
    return JSONResponse({"tags": shown}, headers=security.PAGE)


@router.post("/items/{item_id}/tags", dependencies=[MEMBER])
async def change_tags(
    request: Request,
    eyes: ViewerDep,
    chosen: ChosenDep,
    identity: IdentityDep,
    item_id: ItemId,
    form: FormDep,
) -> Response:
    """Add a tag to an item, or remove one, for those who may change it."""
    done = await accepted(_change(request, eyes, item_id, form), "tag")
    page = f"{GALLERY}/items/{item_id}"
    if isinstance(done, str):
        return see(f"{read_state(form).url(page, more=[(TAGGED, done)])}#tags")
    typed = Typed(form.get("tag", ""), next(iter(done.problems.values()), ""))

    def refused(session: Session) -> Response:
        seen = get_view(request, session, eyes, chosen, identity)
        view = replace(seen, state=read_state(form), parameters=form)
        item = view.services.content.get_item(eyes, item_id)
        return done.response(view.render(item_context(view, item, typed)))

    return await in_transaction(request, refused)


async def _change(request: Request, eyes: Viewer, item_id: int, form: FormDep) -> str:
    """What was done, for the address of the page that says so."""
    if removed := form.get("untag"):
        await in_transaction(
            request, lambda session: ItemTagService(session).remove(eyes, item_id, removed)
        )
        return "removed"
    name = read(Tagging, form).tag
    await in_transaction(request, lambda session: ItemTagService(session).add(eyes, item_id, name))
    return "added"
