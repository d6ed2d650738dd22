"""The contexts of the templates about albums."""

from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from genonaut.web.contexts import Card, Choice, Link, PagePicture, Setting, Viewer, Ways
from genonaut.web.people.said import Problems


@dataclass(frozen=True, slots=True)
class AlbumCard:
    """An album on a shelf; `inner` are those in it, and `tone` is the class of its colour."""

    id: UUID
    name: str
    url: str
    number: int
    cover: PagePicture | None
    tone: str
    is_shared: bool
    inner: tuple["AlbumCard", ...] = ()


@dataclass(frozen=True, slots=True)
class Typed:
    """What is in the form that changes an album."""

    name: str
    description: str


@dataclass(frozen=True, slots=True)
class AlbumHead:
    """An album above its pictures, and the forms that change it, for its owner (`can_change`).

    `number` is how many pictures the viewer finds in it, `shown` how many a stranger with the link
    does, and `private` how many of these are private ones of the owner's.
    """

    name: str
    url: str
    description: str
    number: int
    shown: int
    private: int
    cover: PagePicture | None
    tone: str
    outer: tuple[Link, ...]
    inner: tuple[AlbumCard, ...]
    can_change: bool
    typed: Typed
    colours: tuple[Choice, ...]
    parents: tuple[Choice, ...]
    has_chosen_cover: bool
    link: str
    with_prompts: bool
    is_sharing: bool
    notice: str
    problems: Problems


@dataclass(frozen=True, slots=True)
class AlbumsContext:
    """All albums of a user, and the form that creates one."""

    template: ClassVar[str] = "albums.html"

    title: str
    viewer: Viewer
    albums: tuple[AlbumCard, ...]
    is_arranging: bool
    name: str
    parents: tuple[Choice, ...]
    notice: str
    problems: Problems = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlbumChoice:
    """An album that an item may be in; `depth` is in how many others it is."""

    id: UUID
    name: str
    number: int
    depth: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class AlbumChoiceContext:
    """In which albums an item is. `album` is the one that it was found in, if it was in one."""

    template: ClassVar[str] = "album_choice.html"

    title: str
    viewer: Viewer
    item_id: int
    item_title: str
    back: str
    choices: tuple[AlbumChoice, ...]
    album: AlbumChoice | None
    problem: str


@dataclass(frozen=True, slots=True)
class SharedContext:
    """An album as strangers see it by its link."""

    template: ClassVar[str] = "shared.html"

    title: str
    name: str
    description: str
    number: int
    cards: tuple[Card, ...]
    previous: str | None
    next: str | None


@dataclass(frozen=True, slots=True)
class SharedItemContext:
    """A picture of it. Without prompts, its title is its number, and there is no more to say."""

    template: ClassVar[str] = "shared_item.html"

    title: str
    album_name: str
    picture: PagePicture
    ways: Ways
    prompt: str
    negative_prompt: str
    settings: tuple[Setting, ...]
    download: str


@dataclass(frozen=True, slots=True)
class SharedGoneContext:
    """In place of an album whose link leads nowhere."""

    template: ClassVar[str] = "shared_gone.html"

    title: str = "Nothing here"


OwnersContext = AlbumsContext | AlbumChoiceContext
StrangersContext = SharedContext | SharedItemContext | SharedGoneContext
