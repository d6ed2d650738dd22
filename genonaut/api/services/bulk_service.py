"""Doing something to many items: which those are, to which it may be done, and what failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from genonaut.api.gallery.query import GalleryQuery
from genonaut.api.repositories.bulk_repository import BulkRepository
from genonaut.api.repositories.followers import Owned
from genonaut.api.services.bulk_actions import Action, Reason, Sender
from genonaut.api.services.gallery_service import GalleryService
from genonaut.config import GallerySettings
from genonaut.content.viewer import Viewer
from genonaut.errors import ContentTooLargeError

MOST_AT_ONCE: Final = 10_000
"""Items in one transaction, and in one request that names them."""
STATEMENT_SECONDS: Final = 60
"""For each statement, of which there are some for each table."""
MOST_OF_A_LIST: Final = 100_000
"""Items of a list that a request may name by its filters: ten transactions."""


class Failed(NamedTuple):
    """An item that was left as it is, and why."""

    id: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Done:
    """How many items are as they were wanted, and which are not; `batch` can be put back."""

    done: int = 0
    failed: tuple[Failed, ...] = ()
    batch: UUID | None = None

    def __add__(self, other: "Done") -> "Done":
        return Done(self.done + other.done, self.failed + other.failed, self.batch or other.batch)


class ListChanged(NamedTuple):
    """A list has another number of items than the sender saw, who may not want these."""

    total: int


@dataclass(frozen=True, slots=True)
class Target:
    """Items by their ids; or all of a list, which had `expected` items when the sender saw it."""

    ids: tuple[int, ...] = ()
    query: GalleryQuery | None = None
    expected: int | None = None
    go_on: bool = False


def ids_of(
    session: Session, settings: GallerySettings, eyes: Viewer, query: GalleryQuery, most: int
) -> list[int]:
    """The ids of a list, of one moment.

    Raises:
        ContentTooLargeError: there are more than `most`.
    """
    filters = GalleryService(session, settings).filters(eyes, query)
    found = BulkRepository(session).matching(filters, most + 1)
    if len(found) > most:
        raise ContentTooLargeError(
            f"The list has more than {most:,} items: filter it, and do it in parts."
        )
    return found


def do(session: Session, sender: Sender, action: Action, ids: Sequence[int]) -> Done:
    """Do something to at most `MOST_AT_ONCE` items, in the session's transaction.

    What the sender may not change is listed, and the rest is done.
    """
    bulk = BulkRepository(session)
    bulk.take_time(STATEMENT_SECONDS)
    wanted = sorted(set(ids))
    if action.only_own:
        allowed = bulk.hold(wanted, sender.user_id, any_item=sender.any_item, tags=action.tags)
    else:
        allowed = bulk.seen(wanted, sender.eyes)
    failed = _refused(bulk, sender, wanted, allowed)
    failed |= action.apply(session, sender, allowed) if allowed else {}
    listed = tuple(Failed(one, failed[one]) for one in wanted if one in failed)
    return Done(len(wanted) - len(listed), listed)


def _refused(
    bulk: BulkRepository, sender: Sender, wanted: Sequence[int], allowed: Owned
) -> dict[int, Reason]:
    """Why it may not be done to the rest. An item that the sender may not see is not there.

    One that comes back at this moment was not there either, so it is looked at whose it is.
    """
    rest = sorted(set(wanted).difference(allowed))
    by_others: set[int] = set()
    if rest and not sender.any_item:
        by_others = bulk.of_others(rest, sender.user_id, sender.eyes)
    return {one: "forbidden" if one in by_others else "not_found" for one in rest}
