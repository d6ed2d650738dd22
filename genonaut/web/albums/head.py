"""What is above an album's pictures: its name and number, and the forms that change it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID

from fastapi import Request

from genonaut.api.bookmarks.entities import Album
from genonaut.web.albums.contexts import AlbumHead, Typed
from genonaut.web.albums.shelf import NOTICES, covers_of, inner_cards, parent_choices, tone_of
from genonaut.web.contexts import Choice, Link
from genonaut.web.page_view import PageView
from genonaut.web.people.said import Problems
from genonaut.web.state import GALLERY, album_page

SHARED: Final = f"{GALLERY}/shared"
COLOURS: Final = {
    "": "none",
    "#c0392b": "red",
    "#d68910": "orange",
    "#b7950b": "yellow",
    "#1e8449": "green",
    "#117a8b": "teal",
    "#2471a3": "blue",
    "#7d3c98": "violet",
    "#7f6a55": "brown",
}


def album_head(
    request: Request,
    view: PageView,
    album_id: UUID,
    typed: Mapping[str, str] | None = None,
    problems: Problems | None = None,
) -> AlbumHead:
    """The head of an album; `typed` is what was in a form that was not accepted.

    Raises:
        NotFoundError: there is no such album for the viewer's eyes.
    """
    album = view.services.albums.get(view.eyes, album_id)
    all_albums = view.services.albums.tree(view.eyes, album.user_id)
    can_change = view.eyes.sees_all or album.user_id == view.eyes.user_id
    shown, private = view.services.details.shown_by_link(album)
    given = typed or {}
    return AlbumHead(
        name=album.name,
        url=album_page(str(album.id)),
        description=album.description or "",
        number=album.count,
        shown=shown,
        private=private,
        cover=covers_of(view, [album]).get(album.id),
        tone=tone_of(album.color),
        outer=tuple(_outer(album, all_albums))[::-1],
        inner=inner_cards(all_albums, album.id),
        can_change=can_change,
        typed=Typed(
            given.get("name", album.name), given.get("description", album.description or "")
        ),
        colours=_colours(given.get("color", album.color or "")),
        parents=parent_choices(
            all_albums, given.get("parent", str(album.parent_id or "")), album.id
        ),
        has_chosen_cover=view.services.details.has_chosen_cover(album_id),
        link=_link(request, album),
        with_prompts=bool(album.share_prompts),
        is_sharing=view.parameters.get("done") in {"shared", "revoked"},
        notice=NOTICES.get(view.parameters.get("done", ""), ""),
        problems=problems or {},
    )


def _outer(album: Album, albums: Sequence[Album]) -> Iterator[Link]:
    """The albums that it is in, from the inside out."""
    by_id = {one.id: one for one in albums}
    at, left = album.parent_id, len(albums)
    while at in by_id and left:
        yield Link(by_id[at].name, album_page(str(at)))
        at, left = by_id[at].parent_id, left - 1


def _colours(chosen: str) -> tuple[Choice, ...]:
    known = COLOURS if chosen in COLOURS else COLOURS | {chosen: f"as it is ({chosen})"}
    return tuple(Choice(value, label, value == chosen) for value, label in known.items())


def _link(request: Request, album: Album) -> str:
    if not album.share_token:
        return ""
    return f"{request.url.scheme}://{request.url.netloc}{SHARED}/{album.share_token}"
