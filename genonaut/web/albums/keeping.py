"""Making an item a favourite or none, and choosing its albums."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from genonaut.api.bookmarks.entities import AlbumValues, Favourite
from genonaut.api.entities import Item
from genonaut.api.services.album_service import AlbumService
from genonaut.api.services.bookmark_service import BookmarkService
from genonaut.api.services.place_service import PlaceService
from genonaut.content.viewer import Viewer as Eyes
from genonaut.web.albums.stars import key_of
from genonaut.web.rendering import plural


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of it. `left` are the albums that the item left with the favourites."""

    is_favourite: bool
    favourites: int
    said: str
    left: Sequence[UUID] = ()

    def told(self) -> dict[str, object]:
        """The same for a script."""
        return {
            "favourite": self.is_favourite,
            "favourites": self.favourites,
            "said": self.said,
            "albums": ",".join(map(str, self.left)),
        }


class Keeping:
    """What one user does with an item that the user sees."""

    def __init__(self, session: Session, eyes: Eyes, owner: UUID) -> None:
        self._albums = AlbumService(session)
        self._bookmarks = BookmarkService(session)
        self._places = PlaceService(session)
        self._eyes, self._owner = eyes, owner

    def keep(self, item: Item, albums: Collection[UUID] = ()) -> Kept:
        """Make it a favourite, and put it into those of the albums that are still there."""
        self._bookmarks.keep(self._eyes, self._owner, [item.id])
        for album_id in sorted(set(albums) & self._own_albums()):
            self._places.put_items(self._eyes, album_id, [item.id])
        return self._kept(f"Added to your favourites: {item.title}", is_favourite=True)

    def drop(self, item: Item) -> Kept:
        """Make it none, which takes it out of the user's albums too."""
        left = self._albums_with(item)
        self._bookmarks.drop(self._eyes, self._owner, [item.id])
        out = f", and from {plural(len(left), 'album')}" if left else ""
        said = f"Removed from your favourites{out}: {item.title}. Press again to undo."
        return self._kept(said, is_favourite=False, left=left)

    def arrange(
        self, item: Item, chosen: Collection[UUID], was: Collection[UUID], new: str
    ) -> Kept:
        """Put it into the chosen albums and a new one, and take it out of others that it was in.

        Raises:
            ConflictError: there is an album of that name already.
        """
        own = self._own_albums()
        for album_id in sorted((set(was) - set(chosen)) & own):
            self._places.take_items_out(self._eyes, album_id, [item.id])
        added = (set(chosen) - set(was)) & own
        if new:
            album = self._albums.add(self._eyes, self._owner, AlbumValues(name=new))
            added.add(album.id)
        for album_id in sorted(added):
            self._places.put_items(self._eyes, album_id, [item.id])
        number = len(self._albums_with(item))
        where = f"in {plural(number, 'album')}" if number else "in no album"
        return self._kept(
            f"{item.title} is {where} now.", is_favourite=self._favourite(item) is not None
        )

    def _own_albums(self) -> set[UUID]:
        return {album.id for album in self._albums.tree(Eyes(self._owner), self._owner)}

    def _favourite(self, item: Item) -> Favourite | None:
        key = key_of(item)
        return self._bookmarks.of_items(self._eyes, self._owner, [key]).get(key)

    def _albums_with(self, item: Item) -> list[UUID]:
        favourite = self._favourite(item)
        if favourite is None:
            return []
        places = self._places.of_bookmark(self._eyes, favourite.id)
        return [place.category_id for place in places]

    def _kept(self, said: str, *, is_favourite: bool, left: Sequence[UUID] = ()) -> Kept:
        number = self._bookmarks.number(self._eyes, self._owner)
        return Kept(is_favourite, number, said, left)
