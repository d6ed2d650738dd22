"""Ratings: the decisions."""

from uuid import UUID

from sqlalchemy.orm import Session

from genonaut.api.entities import ItemRating
from genonaut.api.repositories.rating_repository import RatingRepository
from genonaut.api.repositories.user_repository import UserRepository
from genonaut.content.viewer import Viewer
from genonaut.errors import ForbiddenError, InvalidRequestError, NotFoundError
from genonaut.people.identity import Identity


def rater_for(identity: Identity, given: UUID | None) -> UUID:
    """The user who rates: the sender. Where there are no accounts, the request names one.

    Raises:
        ForbiddenError: the sender is a user, and another one is named.
        InvalidRequestError: none is named, and the sender is not a user.
    """
    if identity.user_id is None:
        if given is None:
            raise InvalidRequestError("user_id is missing: name the user who rates.")
        return given
    if given not in (None, identity.user_id):
        raise ForbiddenError("Only users themselves can rate: leave out user_id.")
    return identity.user_id


class RatingService:
    """What users think of items: 1 to 5 each."""

    def __init__(self, session: Session) -> None:
        self._ratings = RatingRepository(session)
        self._users = UserRepository(session)

    def get(self, viewer: Viewer, item_id: int, rater: UUID | None) -> ItemRating:
        """What an item has, and the rater's own.

        Raises:
            NotFoundError: there is no such item for the viewer's eyes.
        """
        creator = self._ratings.creator_seen(viewer, item_id)
        if creator is None:
            raise NotFoundError(f"There is no item {item_id}.")
        return self._ratings.of_items([item_id], rater, [creator])[item_id]

    def rate(self, viewer: Viewer, item_id: int, rater: UUID, value: int) -> ItemRating:
        """Rate an item, or rate it anew, and return what it has then.

        Raises:
            NotFoundError: there is no such item for the viewer's eyes, or no such user.
        """
        if not self._ratings.rate(viewer, item_id, rater, value):
            if self._users.get_username(rater) is None:
                raise NotFoundError(f"There is no user {rater}: nothing was rated.")
            raise NotFoundError(f"There is no item {item_id}.")
        return self.get(viewer, item_id, rater)

    def take_away(self, viewer: Viewer, item_id: int, rater: UUID) -> ItemRating:
        """Take a user's rating away, if there is one, and return what the item has then.

        Raises:
            NotFoundError: there is no such item for the viewer's eyes.
        """
        self._ratings.take_away(item_id, rater)
        return self.get(viewer, item_id, rater)
