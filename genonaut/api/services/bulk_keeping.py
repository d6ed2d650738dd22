"""Favourites and albums of many items: it is enough to see an item to keep it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from genonaut.api.repositories.followers import Owned
from genonaut.api.services.bookmark_service import BookmarkService
from genonaut.api.services.bulk_actions import Reason, Sender
from genonaut.api.services.place_service import PlaceService


@dataclass(frozen=True, slots=True)
class Keeping:
    """Make items favourites of a user's."""

    owner: UUID
    name: str = "favourite"
    only_own: bool = False
    tags: tuple[str, ...] = ()

    def apply(self, session: Session, sender: Sender, items: Owned) -> Mapping[int, Reason]:
        """Those that are some already stay as they are."""
        BookmarkService(session).keep(sender.eyes, self.owner, list(items))
        return {}


@dataclass(frozen=True, slots=True)
class Dropping:
    """Make items favourites no more, so that they leave that user's albums too."""

    owner: UUID
    name: str = "unfavourite"
    only_own: bool = False
    tags: tuple[str, ...] = ()

    def apply(self, session: Session, sender: Sender, items: Owned) -> Mapping[int, Reason]:
        """What is none is left."""
        BookmarkService(session).drop(sender.eyes, self.owner, list(items))
        return {}


@dataclass(frozen=True, slots=True)
class Placing:
    """Put items into an album, and make them favourites of its owner's."""

    album: UUID
    name: str = "add_to_album"
    only_own: bool = False
    tags: tuple[str, ...] = ()

    def apply(self, session: Session, sender: Sender, items: Owned) -> Mapping[int, Reason]:
        """Those that are in it already keep their places."""
        PlaceService(session).put_items(sender.eyes, self.album, list(items))
        return {}


@dataclass(frozen=True, slots=True)
class TakingOut:
    """Take items out of an album; they stay favourites."""

    album: UUID
    name: str = "remove_from_album"
    only_own: bool = False
    tags: tuple[str, ...] = ()

    def apply(self, session: Session, sender: Sender, items: Owned) -> Mapping[int, Reason]:
        """What is not in it is left."""
        PlaceService(session).take_items_out(sender.eyes, self.album, list(items))
        return {}
