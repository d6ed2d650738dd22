"""Albums on a shelf: their covers, their numbers, and which are in one another."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from genonaut.api.bookmarks.entities import Album
from genonaut.web.albums.contexts import AlbumCard, AlbumsContext
from genonaut.web.contexts import Choice, PagePicture
from genonaut.web.frames import tone
from genonaut.web.page_view import PageView
from genonaut.web.people.said import Problems
from genonaut.web.state import album_page

_SHORT_COLOUR: Final = 4
NOTICES: Final = {
    "deleted": "The album has been deleted.",
    "saved": "Saved.",
    "created": "The album has been created.",
    "shared": "The link is made.",
    "revoked": "The link has been revoked: it leads nowhere from now on.",
    "cover": "That is the cover now.",
}
"""What was just done to an album."""


def albums_context(
    view: PageView, typed: Mapping[str, str] | None = None, problems: Problems | None = None
) -> AlbumsContext:
    """All of the viewer's albums; `typed` is what was in a form that was not accepted."""
    given = typed or {}
    owner = view.viewer.user_id
    albums = view.services.albums.tree(view.eyes, owner) if owner else ()
    return AlbumsContext(
        title="Error: Albums" if problems else "Albums",
        viewer=view.viewer,
        albums=_cards(view, albums),
        is_arranging=view.parameters.get("arrange") == "yes",
        name=given.get("name", ""),
        parents=parent_choices(albums, given.get("parent", "")),
        notice=NOTICES.get(view.parameters.get("done", ""), ""),
        problems=problems or {},
    )


def inner_cards(albums: Collection[Album], inside: UUID) -> tuple[AlbumCard, ...]:
    """The albums that are in an album, each with those in it, without covers."""
    return tuple(_card(step, {}) for step in tree(albums, inside))


def _cards(view: PageView, albums: Sequence[Album]) -> tuple[AlbumCard, ...]:
    covers = covers_of(view, [album for album in albums if album.parent_id is None])
    return tuple(_card(step, covers) for step in tree(albums))


def covers_of(view: PageView, albums: Collection[Album]) -> Mapping[UUID, PagePicture]:
    """The pictures on the covers of some albums."""
    ids = {album.id: album.cover_content_id for album in albums if album.cover_content_id}
    items = view.services.items(view.eyes, list(ids.values()))
    pictures = view.services.pictures(list(items.values()))
    found = {album: items[item] for album, item in ids.items() if item in items}
    return {album: pictures.page_picture(item) for album, item in found.items()}


@dataclass(frozen=True, slots=True)
class Step:
    """An album, how deep it is in others, and those that are in it."""

    album: Album
    depth: int
    inner: tuple["Step", ...]

    def all(self) -> "Iterator[Step]":
        """It, and all in it."""
        yield self
        for one in self.inner:
            yield from one.all()


def tree(albums: Collection[Album], inside: UUID | None = None) -> tuple[Step, ...]:
    """Albums by what they are in. In a circle, which is in nothing, none is found."""
    by_parent = defaultdict[UUID | None, list[Album]](list)
    for album in albums:
        by_parent[album.parent_id].append(album)

    def steps(parent: UUID | None, depth: int) -> tuple[Step, ...]:
        return tuple(Step(one, depth, steps(one.id, depth + 1)) for one in by_parent[parent])

    return steps(inside, 0)


def parent_choices(
    albums: Collection[Album], chosen: str, but_not: UUID | None = None
) -> tuple[Choice, ...]:
    """What an album may be inside of: no album, or one that is not in it itself."""
    found = [Choice("", "no other album", not chosen)]
    for first in tree(albums):
        banned = set[UUID]()
        for step in first.all():
            if step.album.id == but_not or step.album.parent_id in banned:
                banned.add(step.album.id)
                continue
            label = "\u2014 " * step.depth + step.album.name
            found.append(Choice(str(step.album.id), label, str(step.album.id) == chosen))
    return tuple(found)


def _card(step: Step, covers: Mapping[UUID, PagePicture]) -> AlbumCard:
    album = step.album
    return AlbumCard(
        id=album.id,
        name=album.name,
        url=album_page(str(album.id)),
        number=album.count,
        cover=covers.get(album.id),
        tone=tone_of(album.color),
        is_shared=album.share_token is not None,
        inner=tuple(_card(one, covers) for one in step.inner),
    )


def tone_of(colour: str | None) -> str:
    """The class of an album's colour, which is written `#rgb` or `#rrggbb`."""
    if not colour:
        return ""
    if len(colour) == _SHORT_COLOUR:
        colour = "#" + "".join(2 * digit for digit in colour[1:])
    return tone(colour)
