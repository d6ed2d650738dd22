"""Albums that strangers see by a secret link: the decisions.

The link is the permission: it shows what the album's owner sees in it as a user, which is what is
public and the owner's own private pictures, and never what is private to a third person, even if
the owner is an administrator. `Viewer(album.user_id)` has just these eyes: the API and the pages
list a shared album with them, and are told the same number.

Without prompts, `genonaut/api/bookmarks/concealing.py` says what is left of an item; so a list of
a shared album takes no search and no order by what is concealed, or these would tell it.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from genonaut.api.bookmarks.concealing import concealed
from genonaut.api.bookmarks.entities import BookmarkQuery, Listed, Share, SharedAlbum
from genonaut.api.entities import Item
from genonaut.api.repositories.album_repository import AlbumRepository
from genonaut.api.repositories.content_repository import ContentRepository
from genonaut.api.repositories.place_repository import PlaceRepository
from genonaut.api.services.album_service import AlbumService
from genonaut.content.viewer import Viewer
from genonaut.errors import NotFoundError
from genonaut.people.secret_keys import digest, is_secret, new_secret

NO_LINK = "This link is not valid: it is mistyped, or its owner has taken it back."


class SharingService:
    """What can be done with secret links to albums, and with one."""

    def __init__(self, session: Session) -> None:
        self._repository = AlbumRepository(session)
        self._albums = AlbumService(session)
        self._places = PlaceRepository(session)
        self._content = ContentRepository(session)

    def share(
        self, viewer: Viewer, album_id: UUID, *, with_prompts: bool, renew: bool = False
    ) -> Share:
        """Make a link to an album; the one that there is stays, unless it is to be renewed.

        Raises:
            NotFoundError: there is no such album for the viewer's eyes.
            ForbiddenError: it is another user's.
        """
        self._albums.require_own(viewer, album_id)
        if renew or album_id not in self._repository.shares([album_id]):
            self._repository.share(album_id, new_secret(), with_prompts=with_prompts)
        else:
            self._repository.set_prompts(album_id, with_prompts=with_prompts)
        return self._repository.shares([album_id])[album_id]

    def unshare(self, viewer: Viewer, album_id: UUID) -> None:
        """Take the link to an album back: it works no more.

        Raises:
            NotFoundError: there is no such album for the viewer's eyes, or it has no link.
            ForbiddenError: it is another user's.
        """
        self._albums.require_own(viewer, album_id)
        if not self._repository.unshare(album_id):
            raise NotFoundError(f"The album {album_id} has no link.")

    def find(self, token: str) -> SharedAlbum:
        """The album of a link.

        Raises:
            NotFoundError: the link is not valid.
        """
        found = self._repository.find_shared(digest(token)) if is_secret(token) else None
        if found is None:
            raise NotFoundError(NO_LINK)
        album_id, with_prompts, owner_name = found
        album = self._repository.get(album_id)
        assert album is not None  # noqa: S101 - the link refers to it
        shown = self._albums.shown_to(album.user_id, album_id)
        return SharedAlbum(shown, with_prompts, owner_name)

    def page(self, shared: SharedAlbum, skip: int, limit: int) -> Listed[Item]:
        """A page of what a shared album shows, in the album's order.

        The session should be a snapshot, so that the page and the total are of the same moment.
        """
        owner = shared.album.user_id
        query = BookmarkQuery(skip=skip, limit=limit, sort="position", descending=False)
        found = self._albums.items(Viewer(owner), shared.album.id, query)
        items = [self._as_shared(shared, one.content) for one in found.items if one.content]
        return Listed(items, found.total, skip, limit)

    def item(self, shared: SharedAlbum, item_id: int) -> Item:
        """One of the items that a shared album shows, as it shows it.

        Raises:
            NotFoundError: it shows no such item.
        """
        return self._as_shared(shared, self.picture(shared, item_id))

    def picture(self, shared: SharedAlbum, item_id: int) -> Item:
        """The same with all that there is of it: to serve its picture by, and never to be shown.

        Without prompts, serve a copy without metadata: a file has its prompt inside.

        Raises:
            NotFoundError: it shows no such item.
        """
        album = shared.album
        item = self._content.get(Viewer(album.user_id), item_id)
        if item is None or not self._places.has_item(album.id, item_id):
            raise NotFoundError(f"There is no item {item_id} in this album.")
        return item

    def _as_shared(self, shared: SharedAlbum, item: Item) -> Item:
        return item if shared.with_prompts else concealed(item)
