"""Whose items a sender may add, change and delete: members their own, administrators all."""

from collections.abc import Iterable
from uuid import UUID

from genonaut.errors import ForbiddenError, InvalidRequestError
from genonaut.people.identity import Identity


def creator_for(identity: Identity, given: UUID | None) -> UUID:
    """The creator of an item that is added: oneself, unless an administrator names another.

    Raises:
        ForbiddenError: a member names another user.
        InvalidRequestError: none is named, and the sender is not a user.
    """
    if given is None:
        if identity.user_id is None:
            raise InvalidRequestError("creator_id is missing: name the user who made the item.")
        return identity.user_id
    require_owner(identity, [given], "add items for another user")
    return given


def require_owner(identity: Identity, creators: Iterable[UUID], what: str) -> None:
    """Check that all items are the sender's own, or the sender an administrator.

    Raises:
        ForbiddenError: they are not.
    """
    if not identity.is_admin and any(creator != identity.user_id for creator in creators):
        raise ForbiddenError(f"Only an administrator may {what}.")


def user_meant(identity: Identity, given: UUID | None) -> UUID:
    """Whose favourites or albums a request is about: the sender's, unless it names a user.

    Raises:
        InvalidRequestError: none is named, and the sender is not a user.
    """
    if given is not None:
        return given
    if identity.user_id is None:
        raise InvalidRequestError("user_id is missing: name the user whose they are.")
    return identity.user_id


def user_to_change(identity: Identity, given: UUID | None) -> UUID:
    """The same for a change: members name no other user.

    Raises:
        InvalidRequestError: none is named, and the sender is not a user.
        ForbiddenError: a member names another user.
    """
    owner = user_meant(identity, given)
    require_owner(identity, [owner], "change another user's favourites and albums")
    return owner
