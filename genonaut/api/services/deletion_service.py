"""Deletions that can be undone: the decisions."""

from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from genonaut.api.repositories.content_repository import ContentRepository
from genonaut.api.repositories.deletion_repository import DeletionRepository
from genonaut.content.viewer import Viewer
from genonaut.errors import ConflictError, ForbiddenError, NotFoundError

UNDO_SECONDS: Final = 600


class DeletionService:
    """What the page deletes, and puts back if it was a mistake."""

    def __init__(self, session: Session) -> None:
        self._deletions = DeletionRepository(session)
        self._content = ContentRepository(session)

    def delete(
        self, viewer: Viewer, item_id: int, user_id: UUID | None, *, any_item: bool = False
    ) -> None:
        """Delete one of the user's own items, or any one, and keep it for `UNDO_SECONDS`.

        Raises:
            NotFoundError: there is no such item for the viewer's eyes.
            ForbiddenError: another user made it, or there is no user.
        """
        self._deletions.sweep(UNDO_SECONDS)
        if user_id is not None and self._deletions.delete(item_id, user_id, any_item=any_item):
            return
        if self._content.get(viewer, item_id) is None:
            raise NotFoundError(f"There is no item {item_id}.")
        raise ForbiddenError("Only its creator can delete an item.")

    def undoable(self, item_id: int, user_id: UUID | None) -> str | None:
        """The title of an item that the user has just deleted; None if it cannot be undone."""
        if user_id is None:
            return None
        return self._deletions.find_title(item_id, user_id, UNDO_SECONDS)

    def undo(self, item_id: int, user_id: UUID | None) -> None:
        """Put an item back: the same number, times and text, and those of its tags that exist.

        Raises:
            NotFoundError: the user deleted no such item, or too long ago.
            ConflictError: an item with the same import key was added meanwhile.
        """
        if user_id is None or self.undoable(item_id, user_id) is None:
            raise NotFoundError("Nothing to undo: already restored, or older than ten minutes.")
        if not self._deletions.put_back(item_id, user_id):
            raise ConflictError("The same item was added again meanwhile: nothing was changed.")
