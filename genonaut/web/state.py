"""The gallery's URL is its state: read leniently, written without defaults."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, get_args
from urllib.parse import urlencode
from uuid import UUID

from starlette.datastructures import QueryParams

from genonaut.api.gallery.query import (
    LARGEST_PAGE,
    LONGEST_LORA,
    LONGEST_MODEL,
    LONGEST_SAMPLER,
    LONGEST_SEED,
    MOST_LORAS,
    GalleryQuery,
    SortField,
    SortOrder,
    SwitchName,
    TagMatch,
)
from genonaut.api.gallery.settings import MONTH
from genonaut.content.ids import as_uuid
from genonaut.content.tag_names import folded

GALLERY = "/gallery"
FAVOURITES: Final = f"{GALLERY}/favourites"
ALBUMS: Final = f"{GALLERY}/albums"
END = "end"
"""In place of a cursor: the last page."""
CHOSEN: Final = "chosen"
"""The parameter that says that an address has what the options form sends: switches that are on."""
_DIGITS = 19

View = Literal["grid", "list"]
Density = Literal["small", "medium", "large"]


@dataclass(frozen=True, slots=True)
class Switch:
    """One of the four, as the URL (`key`), the gallery's query and the page (`label`) call it."""

    key: str
    name: SwitchName
    label: str
    test_id: str

    @property
    def is_own(self) -> bool:
        """Whether it is about the viewer's own items, and so needs a viewer."""
        return self.key.startswith("your-")


SWITCHES = (
    Switch("your-g", "user-regular", "Your gens", "your-gens"),
    Switch("your-ag", "user-auto", "Your auto-gens", "your-autogens"),
    Switch("comm-g", "community-regular", "Community gens", "community-gens"),
    Switch("comm-ag", "community-auto", "Community auto-gens", "community-autogens"),
)
_KEYS = frozenset(switch.key for switch in SWITCHES)
SORTS: dict[str, tuple[str, SortField, SortOrder]] = {
    "newest": ("Newest first", "created_at", "desc"),
    "oldest": ("Oldest first", "created_at", "asc"),
    "best": ("Best quality first", "quality_score", "desc"),
    "title": ("Title, A to Z", "title", "asc"),
    "updated": ("Last changed first", "updated_at", "desc"),
    "rated": ("Best rated first", "rating_mean", "desc"),
    "mine": ("My ratings first", "rating", "desc"),
}
MINE: Final = "mine"
"""The sort that is about the viewer's own ratings, for those who have some."""
SIZES = (12, 24, 48, 96)
VIEWS: tuple[View, ...] = ("grid", "list")
DENSITIES: tuple[Density, ...] = get_args(Density)


@dataclass(frozen=True, slots=True)
class GalleryState:
    """What a visitor is viewing. `off` has the keys of the switches that are off.

    The list of a `creator`, given by id, is that creator's page; the `favourites` and an `album`
    have pages of their own, too.
    """

    search: str = ""
    tags: tuple[str, ...] = ()
    match: TagMatch = "all"
    model: str = ""
    seed: str = ""
    sampler: str = ""
    loras: tuple[str, ...] = ()
    month: str = ""
    creator: str = ""
    favourites: Literal["", "yes"] = ""
    album: str = ""
    off: frozenset[str] = frozenset()
    sort: str = "newest"
    page: int = 1
    cursor: str = ""
    size: int = 24
    view: View = "grid"
    density: Density = "medium"

    def parameters(self) -> list[tuple[str, str]]:
        """The parameters of the URL: only those that differ from the default."""
        first = GalleryState()
        off = [switch.key for switch in SWITCHES if switch.key in self.off]
        values = {
            "search": self.search,
            "tags": ",".join(self.tags),
            "match": self.match if len(self.tags) > 1 and self.match != first.match else "",
            "model": self.model,
            "seed": self.seed,
            "sampler": self.sampler,
            "month": self.month,
            "creator": self.creator,
            "favourites": self.favourites,
            "album": self.album,
            "notGenSource": ",".join(off),
            "sort": self.sort if self.sort != first.sort else "",
            "size": str(self.size) if self.size != first.size else "",
            "view": self.view if self.view != first.view else "",
            "density": self.density if self.density != first.density else "",
            "p": str(self.page) if self.page > 1 and not self.cursor else "",
            "cursor": self.cursor,
        }
        loras = [("lora", lora) for lora in self.loras]  # a name may have a comma
        return [*((name, value) for name, value in values.items() if value), *loras]

    def url(self, path: str = GALLERY, more: Iterable[tuple[str, str | int]] = ()) -> str:
        """The address of this state on the gallery or another page, with `more` parameters."""
        given = self.parameters()
        if (own := self._own_page()) and path in (GALLERY, own[0]):
            path, meant = own
            given.remove(meant)
        query = urlencode([*given, *more], safe=",")
        return f"{path}?{query}" if query else path

    def _own_page(self) -> tuple[str, tuple[str, str]] | None:
        """The page that stands for one of the filters, if there is one, and that filter."""
        if self.album:
            return album_page(self.album), ("album", self.album)
        if self.favourites:
            return FAVOURITES, ("favourites", self.favourites)
        if self.creator:
            return creator_page(self.creator), ("creator", self.creator)
        return None

    @property
    def has_own_page(self) -> bool:
        """Whether its list is another page than the gallery."""
        return self._own_page() is not None

    def but(self, **changes: Any) -> "GalleryState":  # noqa: ANN401 - any of the fields
        """Another state of the same list, at its beginning."""
        return replace(self, **{"page": 1, "cursor": "", **changes})

    def all_with(self, **filters: Any) -> "GalleryState":  # noqa: ANN401 - any of the fields
        """Everything with these filters and no others, shown in the same way."""
        shown = {"sort": self.sort, "size": self.size, "view": self.view, "density": self.density}
        return GalleryState(**{**shown, **filters})

    def query(self, user_id: UUID | None) -> GalleryQuery:
        """The query that finds this page, for this viewer."""
        _, field, order = SORTS[self.sort]
        at_end = self.cursor == END
        return GalleryQuery(
            switches=frozenset(s.name for s in SWITCHES if s.key not in self.off),
            user_id=user_id,
            search=self.search,
            tags=self.tags,
            tag_match=self.match,
            model=self.model,
            seed=self.seed,
            sampler=self.sampler,
            loras=self.loras,
            month=self.month,
            creator=UUID(self.creator) if self.creator else None,
            favourites=bool(self.favourites),
            album=UUID(self.album) if self.album else None,
            sort_field=field,
            sort_order=order,
            page=self.page,
            cursor=None if at_end else self.cursor or None,
            backward=True if at_end else None,
            page_size=self.size,
            include_stats=True,
            include_metadata=False,
            include_facets=True,
        )


def read_state(given: QueryParams) -> GalleryState:
    """The state that a URL describes; invalid parameters are ignored."""
    first = GalleryState()
    tags = [folded(tag) for value in given.getlist("tags") for tag in _text(value).split(",")]
    off = frozenset(key for value in given.getlist("notGenSource") for key in value.split(","))
    if CHOSEN in given:
        off = _KEYS - frozenset(given.getlist("genSource"))
    size, month = read_number(given.get("size", "")), given.get("month", "")
    return GalleryState(
        search=" ".join(_text(given.get("search", "")).split()),
        tags=tuple(sorted(set(filter(None, tags)))),
        match="any" if given.get("match") == "any" else "all",
        model=_text(given.get("model", ""))[:LONGEST_MODEL],
        seed=_text(given.get("seed", ""))[:LONGEST_SEED],
        sampler=_text(given.get("sampler", ""))[:LONGEST_SAMPLER],
        loras=_loras(given),
        month=month if re.fullmatch(MONTH, month) else "",
        creator=str(as_uuid(given.get("creator", "")) or ""),
        favourites="yes" if given.get("favourites") == "yes" else "",
        album=str(as_uuid(given.get("album", "")) or ""),
        off=_KEYS & off,
        sort=given["sort"] if given.get("sort") in SORTS else first.sort,
        page=min(read_number(given.get("p", "")) or 1, LARGEST_PAGE),
        cursor=given.get("cursor", ""),
        size=size if size in SIZES else first.size,
        view="list" if given.get("view") == "list" else "grid",
        density=next((one for one in DENSITIES if one == given.get("density")), first.density),
    )


def read_choice(given: QueryParams) -> GalleryState:
    """The state that the options form describes."""
    return read_state(QueryParams([*given.multi_items(), (CHOSEN, "")])).but()


def creator_page(user_id: str) -> str:
    """Where a creator's page is, without its filters."""
    return f"{GALLERY}/creators/{user_id}"


def album_page(album_id: str) -> str:
    """Where an album is, without its filters."""
    return f"{ALBUMS}/{album_id}"


def read_number(text: str) -> int:
    """A natural number; 0 if the text is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < _DIGITS else 0


def _loras(given: QueryParams) -> tuple[str, ...]:
    names = {_text(name)[:LONGEST_LORA] for name in given.getlist("lora")}
    return tuple(sorted(filter(None, names)))[:MOST_LORAS]


def _text(given: str) -> str:
    return given.replace("\0", "")
