"""Tags: the decisions."""

from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from genonaut.api.entities import CountedTag, Page, RenamedTag
from genonaut.api.repositories.tag_repository import TagRepository
from genonaut.content.tag_names import folded
from genonaut.content.viewer import Viewer
from genonaut.db.failures import conflict_if_taken
from genonaut.errors import NotFoundError


class TagService:
    """What can be done with tags."""

    def __init__(self, session: Session) -> None:
        self._tags = TagRepository(session)

    def page(
        self,
        viewer: Viewer,
        limit: int,
        after: str | None,
        search: str | None,
        sort: Literal["count", "name"],
    ) -> Page[CountedTag]:
        """A page of tags with their counts, as the viewer is told.

        `after` is `count:name` of the last tag of the page before. A tag whose count changes from
        one page to the next may be missed, or met again.
        """
        part = folded(search or "")
        if sort == "name":
            found = self._tags.page_by_name(viewer, limit + 1, _name(after), part)
        else:
            place = _count_and_name(after)
            found = self._tags.page_by_count(viewer, limit + 1, place, part)
        return Page.of(found, limit, lambda tag: f"{tag.count}:{tag.name}")

    def get(self, viewer: Viewer, tag_id: UUID) -> CountedTag:
        """A tag with its counts.

        Raises:
            NotFoundError: there is no such tag for the viewer's eyes.
        """
        return self._existing(viewer, tag_id)

    def named(self, viewer: Viewer, name: str) -> CountedTag | None:
        """The tag of this name, however it was typed; None if the viewer knows none."""
        tag_id = self._tags.find(folded(name))
        return self._tags.get(viewer, tag_id) if tag_id else None

    def rename(self, viewer: Viewer, tag_id: UUID, name: str) -> RenamedTag:
        """Give a tag another name; if another one has it, that one gets the items of both.

        Raises:
            NotFoundError: there is no such tag.
            ConflictError: another request takes the name at this moment.
        """
        others = self._tags.lock_both(tag_id, name) - {tag_id}
        before = self._existing(viewer, tag_id)
        for other in others:
            self._tags.merge(tag_id, other)
            return RenamedTag(before, self._existing(viewer, other))
        with conflict_if_taken(f"A tag named {name!r} was added just now. Try again."):
            self._tags.rename(tag_id, name)
        return RenamedTag(before, self._existing(viewer, tag_id))

    def delete(self, viewer: Viewer, tag_id: UUID) -> CountedTag:
        """Delete a tag, and return it as it was.

        Raises:
            NotFoundError: there is no such tag.
        """
        self._tags.lock(tag_id)  # so that no item gets it between the count and the end
        tag = self._existing(viewer, tag_id)
        self._tags.delete(tag_id)
        return tag

    def _existing(self, viewer: Viewer, tag_id: UUID) -> CountedTag:
        tag = self._tags.get(viewer, tag_id)
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
