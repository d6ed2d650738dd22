"""Where the selection's form goes: changes, downloads, and undoing a deletion."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response
from sqlalchemy.orm import Session

from genonaut.api.bookmarks.entities import Album
from genonaut.api.http import bulk
from genonaut.api.http.access import MEMBER, VISITOR
from genonaut.api.http.downloads import download
from genonaut.api.http.identities import IdentityDep
from genonaut.api.http.viewer import ViewerDep
from genonaut.api.services.album_service import AlbumService
from genonaut.api.services.bulk_actions import REASONS, Sender
from genonaut.api.services.bulk_service import Done, Failed, ListChanged
from genonaut.errors import ForbiddenError
from genonaut.web.bulk.forms import ACTION, CHOOSE_ALBUM, EXPECTED, SelectionDep, SentSelection
from genonaut.web.bulk.selection import BATCH, DELETE, DID, ITEMS, SELECTION
from genonaut.web.contexts import Choice, LeftItem, SelectionContext
from genonaut.web.contexts import Viewer as PageViewer
from genonaut.web.page_route import PageRoute, web
from genonaut.web.rendering import plural
from genonaut.web.security import FormDep, see
from genonaut.web.state import GALLERY, read_state
from genonaut.web.viewer import ChosenDep, viewer_of

router = APIRouter(prefix=SELECTION, route_class=PageRoute, include_in_schema=False)

_MOST_SHOWN: Final = 200


async def get_sender(eyes: ViewerDep, chosen: ChosenDep) -> Sender:
    """Who selects: a user with own items, or one who sees all, with all."""
    return Sender(eyes, chosen, any_item=eyes.sees_all)


async def get_page_viewer(request: Request, identity: IdentityDep) -> PageViewer:
    """The viewer, for the head of the page."""
    return viewer_of(request, identity)


SenderDep = Annotated[Sender, Depends(get_sender)]
PageViewerDep = Annotated[PageViewer, Depends(get_page_viewer)]


@router.post("", dependencies=[MEMBER])
async def change(
    request: Request, sender: SenderDep, viewer: PageViewerDep, selected: SelectionDep
) -> Response:
    """Do something to the selected items, and return to the list; or say what was not done."""
    target = selected.target(sender.user_id)
    if selected.name == CHOOSE_ALBUM:
        return web(request).renderer.response(await _albums(request, sender, selected, viewer))
    done = await bulk.perform(request, sender, selected.action(sender), target)
    if isinstance(done, ListChanged):
        return web(request).renderer.response(
            _changed(selected, target.expected, done, viewer), 409
        )
    if done.failed:
        return web(request).renderer.response(_left(selected, done, viewer))
    more: list[tuple[str, str | int]] = [(DID, selected.name), (ITEMS, done.done)]
    if done.batch:
        more.append((BATCH, str(done.batch)))
    return see(selected.state.url(more=more))


@router.get("/download", dependencies=[VISITOR])
@router.post("/download", dependencies=[VISITOR])
async def save(request: Request, sender: SenderDep, selected: SelectionDep) -> Response:
    """The selected pictures as a zip."""
    target = selected.target(sender.user_id)
    sidecars = bool(selected.form.get("sidecars"))
    return await download(request, sender.eyes, target, sidecars=sidecars)


@router.post("/{batch}/undo", dependencies=[MEMBER])
async def undo(
    request: Request,
    sender: SenderDep,
    viewer: PageViewerDep,
    batch: Annotated[UUID, Path()],
    form: FormDep,
) -> Response:
    """Put back what was deleted together."""
    undone = await bulk.undo(request, sender, batch)
    state = read_state(form)
    if not undone.taken:
        return see(state.url(more=[(DID, "undo"), (ITEMS, undone.done)]))
    failed = tuple(Failed(one, "taken") for one in undone.taken)
    said = f"{plural(undone.done, 'item')} restored, and {len(failed):,} not."
    return web(request).renderer.response(_context(viewer, said, failed, state.url()))


async def _albums(
    request: Request, sender: Sender, selected: SentSelection, viewer: PageViewer
) -> SelectionContext:
    """Ask for the album."""
    user_id = sender.user_id
    if user_id is None:
        raise ForbiddenError("Albums are a user's: sign in, or choose a viewer.")

    def read(session: Session) -> Sequence[Album]:
        return AlbumService(session).tree(sender.eyes, user_id)

    found = await bulk.in_snapshot(request, read)
    said = "Which album?" if found else "You have no album yet: make one first."
    kept = tuple(one for one in selected.kept() if one[0] != ACTION)
    asked = _context(viewer, said, (), selected.state.url(), kept=kept)
    albums = tuple(Choice(str(album.id), album.name, chosen=False) for album in found)
    return replace(asked, title="Put into an album", albums=albums)


def _left(selected: SentSelection, done: Done, viewer: PageViewer) -> SelectionContext:
    said = f"Done to {plural(done.done, 'item')}, and not to {len(done.failed):,}."
    undo = f"{SELECTION}/{done.batch}/undo" if done.batch else None
    kept = tuple(selected.state.parameters()) if undo else ()
    return _context(viewer, said, done.failed, selected.state.url(), undo=undo, kept=kept)


def _changed(
    selected: SentSelection, expected: int | None, now: ListChanged, viewer: PageViewer
) -> SelectionContext:
    """Ask again: the sender may not have seen what is new in the list."""
    before = f", and had {expected:,} when you selected them" if expected is not None else ""
    said = f"The list has {plural(now.total, 'result')} now{before}. Nothing was done yet."
    kept = selected.kept(**{EXPECTED: str(now.total)})
    words = "Delete" if selected.name == DELETE else "Go on with"
    go_on = f"{words} all {now.total:,}"
    return _context(viewer, said, (), selected.state.url(), kept=kept, go_on=go_on)


def _context(
    viewer: PageViewer,
    said: str,
    failed: tuple[Failed, ...],
    back: str,
    *,
    undo: str | None = None,
    kept: tuple[tuple[str, str], ...] = (),
    go_on: str = "",
) -> SelectionContext:
    return SelectionContext(
        title="Selection",
        viewer=viewer,
        said=said,
        left=tuple(_item(one) for one in failed[:_MOST_SHOWN]),
        left_more=max(0, len(failed) - _MOST_SHOWN),
        undo=undo,
        kept=kept,
        go_on=go_on,
        back=back,
    )


def _item(failed: Failed) -> LeftItem:
    is_there = failed.reason not in ("not_found", "taken")
    url = f"{GALLERY}/items/{failed.id}" if is_there else None
    return LeftItem(failed.id, url, REASONS[failed.reason])
