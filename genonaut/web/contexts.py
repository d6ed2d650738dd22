"""The context of each template. `tests/unit/test_web_templates.py` proves that the two agree."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from genonaut.api.repositories.growth_repository import Creator, RefreshRecord
from genonaut.db.gen_source_counts import ViewerCounts
from genonaut.db.schema import SourceType
from genonaut.web.chart import Chart
from genonaut.web.facet_contexts import FacetGroup, FacetPanel
from genonaut.web.live import Live
from genonaut.web.over_time import OverTime
from genonaut.web.rated import UNRATED, Rated
from genonaut.web.search_box import SearchBox
from genonaut.web.state import GalleryState, Switch

if TYPE_CHECKING:  # it is made of what is here
    from genonaut.web.albums.contexts import AlbumHead


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several options; `label` is what the visitor reads."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Link:
    """Somewhere to go."""

    label: str
    url: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is viewing, and as whom they could; `can_choose` follows `gallery.viewing-as`.

    Without a `user_id` the viewer is anonymous. `back` is the page to return to after choosing;
    `sign_in` where visitors sign in, who then return. `favourites` is how many the viewer has.
    """

    can_choose: bool
    user_id: UUID | None
    name: str | None
    choices: tuple[Choice, ...] = ()
    back: str = "/gallery"
    sign_in: str | None = None
    can_add: bool = True
    can_sign_out: bool = False
    is_admin: bool = False
    favourites: int | None = None


ANONYMOUS = Viewer(can_choose=False, user_id=None, name=None)


@dataclass(frozen=True, slots=True)
class PagePicture:
    """An item's picture: its address and a small one's, and its size.

    Of an item that names a file in the library, it is gone if that file is.
    """

    url: str
    thumb: str
    width: int
    height: int
    srcset: str = ""
    colour: str | None = None
    is_drawn: bool = False
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """An item in the grid or list; `url` is an address.

    `is_favourite` is None if there is no viewer whose it could be.
    """

    id: int
    title: str
    url: str
    picture: PagePicture
    creator: str
    creator_url: str
    source_type: SourceType
    prompt: str
    created_at: datetime
    is_private: bool
    rated: Rated = UNRATED
    is_favourite: bool | None = None


@dataclass(frozen=True, slots=True)
class SwitchState:
    """A switch, and whether it is on, which it remembers even while it cannot be used."""

    switch: Switch
    on: bool
    usable: bool


@dataclass(frozen=True, slots=True)
class Pages:
    """Links to other pages; None where there is none. `kept` are parameters that stay."""

    number: int
    total: int
    first: str | None
    previous: str | None
    next: str | None
    last: str | None
    kept: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Empty:
    """Why there is nothing to see, and what to try instead: links, or a command for a terminal."""

    title: str
    why: str
    ways_out: tuple[Link, ...]
    command: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """What was just done to an item; `undo` is the address that undoes it, if that is possible."""

    text: str
    undo: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class TagLink:
    """A tag to filter by."""

    name: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class CreatorHead:
    """Whose items a list has; `counts` are None as those of the gallery are."""

    name: str
    counts: ViewerCounts | None


@dataclass(frozen=True, slots=True)
class Selection:
    """What it takes to select items of a list: `words` say how many there are.

    `total` is None where the list says "at least". `key` is the same on all pages of the list, and
    `back` has the parameters of this one. Only a user can have favourites (`can_keep`).
    """

    key: str
    back: str
    total: int | None
    words: str
    can_change: bool
    can_keep: bool


@dataclass(frozen=True, slots=True)
class GalleryContext:
    """The gallery, or a creator's page.

    `counts` are None if they were never built and counting live took too long; `counts_url` is
    where newer ones are. `options_open` is whether their column is, on a wide screen.
    """

    template: ClassVar[str] = "gallery.html"

    title: str
    viewer: Viewer
    state: GalleryState
    summary: str
    total: str
    counts: ViewerCounts | None
    counts_url: str
    switches: tuple[SwitchState, ...]
    matches: tuple[Choice, ...]
    sorts: tuple[Choice, ...]
    sizes: tuple[Choice, ...]
    views: tuple[Link, ...]
    densities: tuple[Choice, ...]
    creator: CreatorHead | None
    search: SearchBox
    album: "AlbumHead | None"
    chips: tuple[Link, ...]
    cards: tuple[Card, ...]
    empty: Empty | None
    pages: Pages
    notice: Notice | None
    live: Live | None
    facets: FacetPanel
    selection: Selection
    recent: tuple[Link, ...]
    options_open: bool


@dataclass(frozen=True, slots=True)
class FacetContext:
    """All values of a facet, or those whose name has the part `find`; `kept` are its filters.

    If they are not `known`, looking took too long.
    """

    template: ClassVar[str] = "facet.html"

    title: str
    viewer: Viewer
    state: GalleryState
    group: FacetGroup
    known: bool
    find: str
    kept: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """The item before or behind another in a list."""

    url: str
    title: str
    picture: PagePicture


@dataclass(frozen=True, slots=True)
class Ways:
    """From an item to those beside it, and back to the list."""

    previous: Beside | None
    next: Beside | None
    back: str


@dataclass(frozen=True, slots=True)
class Setting:
    """How an item was made, to be copied; `url` has all items with the same."""

    name: str
    value: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class ItemTags:
    """An item's tags, and the form that changes them; `typed` is what was not accepted."""

    links: tuple[TagLink, ...]
    most: int
    can_edit: bool
    said: str = ""
    typed: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ItemContext:
    """An item's own page: the viewer, who may change who sees it (`can_hide`).

    `mending` is the command that finds a missing file, for those who may know it; `similar` leads
    to what looks like it.
    """

    template: ClassVar[str] = "item.html"

    title: str
    viewer: Viewer
    card: Card
    ways: Ways
    negative_prompt: str
    settings: tuple[Setting, ...]
    facts: tuple[tuple[str, Any], ...]
    tags: ItemTags
    files: tuple[Link, ...]
    kept: tuple[tuple[str, str], ...]
    mending: str
    can_delete: bool
    can_hide: bool
    similar: Link | None = None
    album: str = ""
    albums: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class AlikeCard:
    """One of several pictures that look alike; `facts` are what differs among them."""

    card: Card
    facts: tuple[tuple[str, str], ...]
    is_own: bool


@dataclass(frozen=True, slots=True)
class AlikeGroup:
    """Pictures that look alike, and what is the same of all of them.

    `more` are not shown; `deletable` are the numbers of those that the viewer may delete.
    """

    title: str
    cards: tuple[AlikeCard, ...]
    same: tuple[tuple[str, str], ...]
    more: str
    deletable: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DuplicatesContext:
    """Groups of pictures that look alike, or those that look like one item (`of`, or 0).

    `address` is where it is itself, `more` where it goes on; `undo` are the items just deleted.
    """

    template: ClassVar[str] = "duplicates.html"

    title: str
    viewer: Viewer
    groups: tuple[AlikeGroup, ...]
    views: tuple[Link, ...]
    looked_at: str
    more: str | None
    of: int
    address: str
    notice: str
    undo: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GoneContext:
    """In place of an item that is not there any more, within a list."""

    template: ClassVar[str] = "gone.html"

    title: str
    viewer: Viewer
    ways: Ways


@dataclass(frozen=True, slots=True)
class Bar:
    """One of the largest creators; `share` is that of the largest one's items, 0 to 1."""

    creator: Creator
    share: float


@dataclass(frozen=True, slots=True)
class StatsContext:
    """The growth of the gallery; `proof` is the last refresh that did not fail."""

    template: ClassVar[str] = "stats.html"

    title: str
    viewer: Viewer
    counts: ViewerCounts
    chart: Chart | None
    refreshes: tuple[RefreshRecord, ...]
    proof: RefreshRecord | None
    bars: tuple[Bar, ...]
    tags: tuple[TagLink, ...]
    tags_at_once: int
    own_private: int
    over_time: OverTime
    live: Live | None


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """What became of a file that was sent; `url` is its item's, if it has one."""

    name: str
    result: str
    words: str
    reason: str
    url: str
    title: str


@dataclass(frozen=True, slots=True)
class UploadContext:
    """The form that sends pictures, and what became of those that it sent."""

    template: ClassVar[str] = "upload.html"

    title: str
    viewer: Viewer
    creator: str
    default_creator: str
    most_files: int
    most_in_a_file: str
    most_in_all: str
    results: tuple[UploadedFile, ...]


@dataclass(frozen=True, slots=True)
class LeftItem:
    """An item to which something was not done, and why; without an address if it is not there."""

    id: int
    url: str | None
    why: str


@dataclass(frozen=True, slots=True)
class SelectionContext:
    """What was not done to selected items; or why nothing was, and the form that does it still.

    `kept` are the fields of that form, and `go_on` says on its button what it does. Or the question
    which of the viewer's `albums` it is about.
    """

    template: ClassVar[str] = "selection_done.html"

    title: str
    viewer: Viewer
    said: str
    left: tuple[LeftItem, ...]
    left_more: int
    undo: str | None
    kept: tuple[tuple[str, str], ...]
    go_on: str
    back: str
    albums: tuple[Choice, ...] | None = None


@dataclass(frozen=True, slots=True)
class ErrorContext:
    """An error."""

    template: ClassVar[str] = "error.html"

    title: str
    viewer: Viewer
    status: int
    detail: str
    request_id: str


Context = (
    GalleryContext
    | FacetContext
    | ItemContext
    | DuplicatesContext
    | GoneContext
    | StatsContext
    | UploadContext
    | SelectionContext
    | ErrorContext
)
