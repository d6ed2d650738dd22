"""What can be done to many items at once. Each action is a class: add one here, and it is one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from genonaut.api.repositories.bulk_repository import BulkRepository
from genonaut.api.repositories.followers import Owned
from genonaut.api.services.deletion_service import DeletionService
from genonaut.content.tag_names import MOST_TAGS
from genonaut.content.tags import hold_tags
from genonaut.content.viewer import Viewer
from genonaut.db.schema import Visibility

Reason = Literal["not_found", "forbidden", "too_many_tags", "taken", "failed"]
REASONS: Final[Mapping[Reason, str]] = {
    "not_found": "There is no such item.",
    "forbidden": "Another user made it.",
    "too_many_tags": f"It would have more than {MOST_TAGS} tags.",
    "taken": "It was added again meanwhile, or its creator is gone.",
    "failed": "The database could not do it. Try again.",
}
"""Why an item was left as it is, for programs and for people."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wants something done: with own items, or with any; and what is seen."""

    eyes: Viewer
    user_id: UUID | None
    any_item: bool


class Action(Protocol):
    """Something that is done to items in one transaction."""

    @property
    def name(self) -> str:
        """What programs and pages call it."""

    @property
    def only_own(self) -> bool:
        """Whether it takes an item's creator or an administrator; else it is enough to see it."""

    @property
    def tags(self) -> tuple[str, ...]:
        """The names of tags that have to be held before the items are."""

    def apply(self, session: Session, sender: Sender, items: Owned) -> Mapping[int, Reason]:
        """Do it to these items, which are held if they have to be the sender's own.

        Returns the items that it could not be done to.
        """


@dataclass(frozen=True, slots=True)
class Tagging:
    """Give items tags."""

    tags: tuple[str, ...]
    name: str = "tag"
    only_own: bool = True

    def apply(self, session: Session, _sender: Sender, items: Owned) -> Mapping[int, Reason]:
        """New tags are added after the items are held, as when one item is changed."""
        bulk = BulkRepository(session)
        tag_ids = sorted(hold_tags(bulk.connection, self.tags).ids.values())
        full = bulk.full(items, tag_ids, MOST_TAGS)
        bulk.tag({one: items[one] for one in items.keys() - full}, tag_ids)
        return dict.fromkeys(full, "too_many_tags")


@dataclass(frozen=True, slots=True)
class Untagging:
    """Take tags from items."""

    tags: tuple[str, ...]
    name: str = "untag"
    only_own: bool = True

    def apply(self, session: Session, _sender: Sender, items: Owned) -> Mapping[int, Reason]:
        """A tag that no item has any more stays, for the next one."""
        bulk = BulkRepository(session)
        bulk.untag(items, bulk.tag_ids(self.tags))
        return {}


@dataclass(frozen=True, slots=True)
class Showing:
    """Make items public or private."""

    visibility: Visibility
    name: str = "visibility"
    only_own: bool = True
    tags: tuple[str, ...] = ()

    def apply(self, session: Session, _sender: Sender, items: Owned) -> Mapping[int, Reason]:
        """What refers to the items has their visibility, and changes with it."""
        BulkRepository(session).show(items, self.visibility)
        return {}


@dataclass(frozen=True, slots=True)
class Deleting:
    """Delete items, and keep them for ten minutes as one batch."""

    batch: UUID = field(default_factory=uuid4)
    name: str = "delete"
    only_own: bool = True
    tags: tuple[str, ...] = ()

    def apply(self, session: Session, sender: Sender, items: Owned) -> Mapping[int, Reason]:
        """Without accounts they are deleted by no user."""
        DeletionService(session).delete_together(items, sender.user_id, self.batch)
        return {}
