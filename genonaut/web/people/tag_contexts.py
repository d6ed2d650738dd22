"""The contexts of the templates with which administrators rename, merge and delete tags."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from genonaut.web.contexts import Choice, Viewer
from genonaut.web.people.said import Problems


@dataclass(frozen=True, slots=True)
class ShownTag:
    """A tag; `url` lists the pictures that it counts."""

    id: UUID
    name: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class TagsContext:
    """A page of tags. `total` says how many there are in all."""

    template: ClassVar[str] = "tags.html"

    title: str
    viewer: Viewer
    tags: tuple[ShownTag, ...]
    total: str
    search: str
    sorts: tuple[Choice, ...]
    page: int
    pages: int
    first: str | None
    previous: str | None
    next: str | None
    notice: str


@dataclass(frozen=True, slots=True)
class Merging:
    """What becomes of two tags that become one: `other` stays, `both` have pictures in common.

    `together` says how many pictures carry it then.
    """

    other: ShownTag
    both: str
    both_url: str
    together: str


@dataclass(frozen=True, slots=True)
class TagContext:
    """A tag, and the forms that rename and delete it; `merging` if another one has the new name."""

    template: ClassVar[str] = "tag.html"

    title: str
    viewer: Viewer
    tag: ShownTag
    name: str
    merging: Merging | None
    problems: Problems
