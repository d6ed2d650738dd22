"""The gallery's URL is its state: read leniently, written without anything that is empty."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from starlette.datastructures import QueryParams

from genonaut.api.gallery.query import GalleryQuery, SortField, SortOrder, SourceSwitch, TagMatch

GALLERY = "/gallery"
FORM = "form"
"""The parameter by which the options form is told from an address: its switches say what is on."""
END = "end"
"""In place of a cursor: the last page."""
LARGEST_PAGE = 10**9

View = Literal["grid", "list"]


@dataclass(frozen=True, slots=True)
class Switch:
    """One of the four sources, as the URL, the gallery's query and the page know it."""

    key: str
    source: SourceSwitch
    name: str
    test_id: str

    @property
    def is_own(self) -> bool:
        """Whether it needs somebody whose items they are."""
        return self.key.startswith("your-")


SWITCHES = (
    Switch("your-g", "user-regular", "Your gens", "your-gens"),
    Switch("your-ag", "user-auto", "Your auto-gens", "your-autogens"),
    Switch("comm-g", "community-regular", "Community gens", "community-gens"),
    Switch("comm-ag", "community-auto", "Community auto-gens", "community-autogens"),
)
SORTS: dict[str, tuple[str, SortField, SortOrder]] = {
    "newest": ("Newest first", "created_at", "desc"),
    "oldest": ("Oldest first", "created_at", "asc"),
    "best": ("Best quality first", "quality_score", "desc"),
    "title": ("Title, A to Z", "title", "asc"),
    "updated": ("Last changed first", "updated_at", "desc"),
}
SIZES = (12, 24, 48, 96)
VIEWS: tuple[View, ...] = ("grid", "list")


@dataclass(frozen=True, slots=True)
class GalleryState:
    """What somebody looks at. `off` has the keys of the switches that are off."""

    search: str = ""
    tags: tuple[str, ...] = ()
    match: TagMatch = "all"
    off: frozenset[str] = frozenset()
    sort: str = "newest"
    page: int = 1
    cursor: str = ""
    size: int = 24
    view: View = "grid"

    def parameters(self) -> list[tuple[str, str]]:
        """What stands in the URL: only what differs from the beginning."""
        first = GalleryState()
        off = [switch.key for switch in SWITCHES if switch.key in self.off]
        values = {
            "search": self.search,
            "tags": ",".join(self.tags),
            "match": self.match if len(self.tags) > 1 and self.match != first.match else "",
            "notGenSource": ",".join(off),
            "sort": self.sort if self.sort != first.sort else "",
            "size": str(self.size) if self.size != first.size else "",
            "view": self.view if self.view != first.view else "",
            "p": str(self.page) if self.page > 1 and not self.cursor else "",
            "cursor": self.cursor,
        }
        return [(name, value) for name, value in values.items() if value]

    def url(self, path: str = GALLERY, **more: Any) -> str:  # noqa: ANN401 - numbers, text
        """The address of this state, or of another page that keeps it."""
        query = urlencode([*self.parameters(), *more.items()], safe=",")
        return f"{path}?{query}" if query else path

    def but(self, **changes: Any) -> "GalleryState":  # noqa: ANN401 - any of the fields
        """Another state of the same list, at its beginning."""
        return replace(self, **{"page": 1, "cursor": "", **changes})

    def query(self, user_id: UUID | None) -> GalleryQuery:
        """What to ask the gallery for."""
        _, field, order = SORTS[self.sort]
        at_end = self.cursor == END
        return GalleryQuery(
            sources=frozenset(s.source for s in SWITCHES if s.key not in self.off),
            user_id=user_id,
            search=self.search,
            tags=self.tags,
            tag_match=self.match,
            sort_field=field,
            sort_order=order,
            page=self.page,
            cursor=None if at_end else self.cursor or None,
            backward=True if at_end else None,
            page_size=self.size,
            include_stats=True,
        )


def read_state(given: QueryParams) -> GalleryState:
    """The state that an address or the options form asks for; what makes no sense is left out."""
    first = GalleryState()
    tags = [tag.strip() for value in given.getlist("tags") for tag in value.split(",")]
    size = _number(given.get("size", ""))
    view = given.get("view", "")
    return GalleryState(
        search=" ".join(given.get("search", "").split()),
        tags=tuple(dict.fromkeys(filter(None, tags))),
        match="any" if given.get("match") == "any" else "all",
        off=_off(given),
        sort=_one_of(SORTS, given.get("sort", ""), first.sort),
        page=min(_number(given.get("p", "")) or 1, LARGEST_PAGE),
        cursor=given.get("cursor", ""),
        size=size if size in SIZES else first.size,
        view="list" if view == "list" else "grid",
    )


def _off(given: QueryParams) -> frozenset[str]:
    keys = {switch.key for switch in SWITCHES}
    if FORM in given:
        return frozenset(keys - set(given.getlist("genSource")))
    listed = (key for value in given.getlist("notGenSource") for key in value.split(","))
    return frozenset(keys & set(listed))


def _one_of(known: Iterable[str], value: str, otherwise: str) -> str:
    return value if value in known else otherwise


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
