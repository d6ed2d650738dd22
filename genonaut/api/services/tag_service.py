"""Tags: the decisions."""

from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from genonaut.api.entities import CountedTag, Page
from genonaut.api.repositories.tag_repository import TagRepository
from genonaut.content.tag_names import folded
from genonaut.db.failures import conflict_if_taken
from genonaut.errors import NotFoundError


class TagService:
    """What can be done with tags."""

    def __init__(self, session: Session) -> None:
        self._tags = TagRepository(session)

    def page(
        self, limit: int, after: str | None, search: str | None, sort: Literal["count", "name"]
    ) -> Page[CountedTag]:
        """A page of tags with their counts.

        `after` is `count:name` of the last tag of the page before. A tag whose count changes from
        one page to the next may be missed, or met again.
        """
        part = folded(search or "")
        if sort == "name":
            found = self._tags.page_by_name(limit + 1, _name(after), part)
        else:
            found = self._tags.page_by_count(limit + 1, _count_and_name(after), part)
        return Page.of(found, limit, lambda tag: f"{tag.count}:{tag.name}")

    def rename(self, tag_id: UUID, name: str) -> CountedTag:
        """The tag under its new name.

        Raises:
            NotFoundError: there is no such tag.
            ConflictError: the name is taken.
        """
        with conflict_if_taken(f"There is a tag named {name!r} already."):
            self._tags.rename(tag_id, name)
        return self._existing(tag_id)

    def delete(self, tag_id: UUID) -> CountedTag:
        """Delete a tag, and return it as it was.

        Raises:
            NotFoundError: there is no such tag.
        """
        self._tags.lock(tag_id)  # so that no item gets it between the count and the end
        tag = self._existing(tag_id)
        self._tags.delete(tag_id)
        return tag

    def _existing(self, tag_id: UUID) -> CountedTag:
        tag = self._tags.get(tag_id)
        if tag is None:
            raise NotFoundError(f"There is no tag {tag_id}.")
        return tag


def _count_and_name(after: str | None) -> tuple[int, str] | None:
    if after is None:
        return None
    count, name = after.split(":", 1)
    return int(count), name


def _name(after: str | None) -> str | None:
    return after and after.split(":", 1)[1]
