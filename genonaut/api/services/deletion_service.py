"""Deletions that can be undone: the decisions."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from genonaut.api.repositories.bulk_repository import BulkRepository
from genonaut.api.repositories.content_repository import ContentRepository
from genonaut.api.repositories.deletion_repository import DeletionRepository
from genonaut.api.repositories.followers import Owned
from genonaut.content.viewer import Viewer
from genonaut.errors import ConflictError, ForbiddenError, NotFoundError

UNDO_SECONDS: Final = 600
TOO_LATE: Final = "Nothing to undo: already restored, or older than ten minutes."


@dataclass(frozen=True, slots=True)
class Undone:
    """How many items are back, and the ids of those whose place is taken, or without a creator."""

    done: int
    taken: tuple[int, ...]


class DeletionService:
    """What is deleted, and put back if it was a mistake."""

    def __init__(self, session: Session) -> None:
        self._deletions = DeletionRepository(session)
        self._content = ContentRepository(session)
        self._bulk = BulkRepository(session)

    def delete(
        self, viewer: Viewer, item_id: int, user_id: UUID | None, *, any_item: bool = False
    ) -> None:
        """Delete one of the user's own items, or any one, and keep it for `UNDO_SECONDS`.

        Raises:
            NotFoundError: there is no such item for the viewer's eyes.
            ForbiddenError: another user made it, or there is no user.
        """
        held = user_id and self._bulk.hold([item_id], user_id, any_item=any_item)
        if held:
            self.delete_together(held, user_id, uuid4())
            return
        if self._content.get(viewer, item_id) is None:
            raise NotFoundError(f"There is no item {item_id}.")
        raise ForbiddenError("Only its creator can delete an item.")

    def delete_together(self, items: Owned, user_id: UUID | None, batch: UUID) -> None:
        """Delete items that are held, and keep them as one batch."""
        self._deletions.sweep(UNDO_SECONDS)
        self._deletions.delete(items, user_id, batch)

    def undoable(self, item_id: int, user_id: UUID | None) -> str | None:
        """The title of an item that the user has just deleted; None if it cannot be undone."""
        if user_id is None:
            return None
        batch = self._deletions.find_batch(item_id, user_id, UNDO_SECONDS)
        return self._deletions.find(batch, user_id, UNDO_SECONDS).title if batch else None

    def undoable_together(self, batch: UUID, user_id: UUID | None) -> int:
        """How many items of a batch can be put back."""
        return self._deletions.find(batch, user_id, UNDO_SECONDS).items

    def undo(self, item_id: int, user_id: UUID | None) -> None:
        """Put an item back: the same number, times and text, and what of its own is still there.

        Raises:
            NotFoundError: the user deleted no such item, or too long ago.
            ConflictError: an item with the same import key was added meanwhile.
        """
        batch = user_id and self._deletions.find_batch(item_id, user_id, UNDO_SECONDS)
        if not batch or item_id not in self._deletions.hold(batch, user_id, UNDO_SECONDS):
            raise NotFoundError(TOO_LATE)
        if not self._deletions.put_back([item_id]):
            raise ConflictError("The same item was added again meanwhile: nothing was changed.")

    def undo_together(self, batch: UUID, user_id: UUID | None) -> Undone:
        """Put all items of a batch back; those whose place is taken stay deleted.

        Raises:
            NotFoundError: the user deleted no such batch, or too long ago.
        """
        held = self._deletions.hold(batch, user_id, UNDO_SECONDS)
        if not held:
            raise NotFoundError(TOO_LATE)
        put = self._deletions.put_back(held)
        return Undone(len(put), tuple(one for one in held if one not in put))
