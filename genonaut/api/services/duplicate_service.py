"""Pictures that look alike: the decisions."""

import time
from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from genonaut.api.entities import AlikeGroup, AlikeGroups
from genonaut.api.repositories.content_repository import ContentRepository
from genonaut.api.repositories.duplicate_repository import MOST, DuplicateRepository
from genonaut.api.services.deletion_service import DeletionService
from genonaut.content.viewer import Viewer
from genonaut.errors import ConflictError, InvalidRequestError, NotFoundError

MOST_SHOWN: Final = 24
"""Of a group."""
_AT_A_TIME: Final = 500
_SECONDS: Final = 2.0
"""After that, what was found is shown, and where to go on."""


class DuplicateService:
    """What looks alike for a viewer's eyes, and what a person does about it."""

    def __init__(self, session: Session, viewer: Viewer, asker: UUID | None) -> None:
        """`asker` is the user who has said of some that they are no duplicates."""
        self._found = DuplicateRepository(session, viewer, asker)
        self._content = ContentRepository(session)
        self._deletions = DeletionService(session)
        self._viewer = viewer
        self._asker = asker

    def of_item(self, item_id: int, most: int = MOST_SHOWN) -> AlikeGroup:
        """An item, and all that look like it: of itself alone if it has no file.

        Raises:
            NotFoundError: there is no such item for the viewer's eyes.
        """
        if self._content.get(self._viewer, item_id) is None:
            raise NotFoundError(f"There is no item {item_id}.")
        return self._group(item_id, self._found.alike([item_id]), most)

    def number_alike(self, item_id: int) -> tuple[int, bool]:
        """How many look like an item, without itself; and whether that is exact."""
        found = len(self._found.alike([item_id]))
        return min(found, MOST), found <= MOST

    def groups(self, *, own: bool, before: int | None, number: int) -> AlikeGroups:
        """Groups, from the newest picture down: of the asker's own, or of all there are.

        A group is told of once, at the newest of its pictures among those that are gone through.
        """
        if own and self._asker is None:
            return AlikeGroups((), 0, None)
        whose = self._asker if own else None
        deadline = time.monotonic() + _SECONDS
        groups: list[AlikeGroup] = []
        looked_at = 0
        while len(groups) < number and time.monotonic() < deadline:
            ids = self._found.walk(whose, before, _AT_A_TIME)
            if not ids:
                return AlikeGroups(groups, looked_at, None)
            rows = self._found.alike(ids)
            for lead, each in groupby(rows, lambda row: row.lead):
                alike = list(each)
                if len(groups) == number:
                    break
                if not any(_is_told_before(lead, row, whose) for row in alike):
                    groups.append(self._group(lead, alike, MOST_SHOWN))
                before = lead
            else:
                before = ids[-1]
            looked_at += sum(item_id >= (before or 0) for item_id in ids)
        return AlikeGroups(groups, looked_at, before)

    def keep(self, keep: int, members: Sequence[int], *, any_item: bool) -> list[int]:
        """Delete the others of a group, so that it can be undone; their numbers.

        Raises:
            ConflictError: the one that is to stay is gone.
            NotFoundError: another one is gone already.
            ForbiddenError: another user made one of them.
        """
        _check_number(members)
        self._content.lock(keep)
        if self._content.get(self._viewer, keep) is None:
            raise ConflictError("The picture that you want to keep is gone: nothing was deleted.")
        gone = sorted(set(members) - {keep})
        for item_id in gone:
            self._deletions.delete(self._viewer, item_id, self._asker, any_item=any_item)
        return gone

    def put_back(self, item_ids: Sequence[int]) -> None:
        """Undo that, of all or none.

        Raises:
            NotFoundError: there is nothing to undo.
            ConflictError: one of them was added again meanwhile.
        """
        _check_number(item_ids)
        for item_id in item_ids:
            self._deletions.undo(item_id, self._asker)

    def dismiss(self, members: Sequence[int]) -> None:
        """Remember that these are no duplicates of one another.

        Raises:
            InvalidRequestError: there is no user to remember it for.
        """
        _check_number(members)
        if self._asker is None:
            raise InvalidRequestError("It is remembered for users: choose a user, or sign in.")
        self._found.remember(members)

    def _group(self, lead: int, alike: Sequence[Any], most: int) -> AlikeGroup:
        shown = [(lead, 0), *((row.id, row.distance) for row in alike[: most - 1])]
        return AlikeGroup(
            self._found.load(shown), min(len(alike), MOST) + 1, count_is_exact=len(alike) <= MOST
        )


def _is_told_before(lead: int, row: Any, whose: UUID | None) -> bool:  # noqa: ANN401
    return bool(row.id > lead and whose in (None, row.creator_id))


def _check_number(members: Sequence[int]) -> None:
    if not 0 < len(members) <= MOST:
        raise InvalidRequestError(f"Name 1 to {MOST} pictures.")
