"""Where an item's picture is: its file in the library, or else a drawing."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Final, Literal, NamedTuple

from sqlalchemy.orm import Session

from genonaut.api.entities import Item
from genonaut.errors import NotFoundError
from genonaut.library.demand import ThumbnailDemand
from genonaut.library.files import ImageFile, open_below
from genonaut.library.registry import ServedFile, find_served, is_there
from genonaut.library.roots import COPIES, Library
from genonaut.library.store import ENDINGS
from genonaut.library.thumbnails import WIDTHS, relative_path
from genonaut.pictures import DRAWING_VERSION
from genonaut.web.contexts import PagePicture

Which = Literal["full", "thumb"]

_LONGEST_NAME: Final = 80
_DRAWN: Final = (400, 500)


class ShownFile(NamedTuple):
    """An open file, and what its address has at the end as long as the file is the same."""

    image: ImageFile
    version: str
    is_shared: bool = False

    @property
    def tag(self) -> str | None:
        """The ETag of a file that items of several users may have: it follows from the bytes.

        When they were written would say that another user had brought the same before.
        """
        return f'"{self.version}-{self.image.about.st_size:x}"' if self.is_shared else None


class Pictures:
    """The pictures of some items: what the library has of them was read in one query."""

    def __init__(self, library: Library, served: Mapping[str, ServedFile]) -> None:
        self._library = library
        self._served = served

    def open(
        self, item: Item, which: Which, width: int, demand: ThumbnailDemand
    ) -> ShownFile | None:
        """The file of an item: its image or thumbnail, or the other one if that is missing."""
        served = self._kept(item)
        if served is None:
            return _shown(self._open_listed(item, which))
        if which == "thumb" and (small := self._thumbnail(served, width, demand)):
            return ShownFile(small, served.version, is_shared=True)
        found = served.open()
        is_same = found and which == "full" and found.about.st_size == served.bytes
        if found is None or not is_same:
            return _shown(found)
        return ShownFile(found, served.version, is_shared=served.is_copy)

    def _kept(self, item: Item) -> ServedFile | None:
        return self._served.get(item.content_data) if item.names_file else None

    def _thumbnail(
        self, served: ServedFile, width: int, demand: ThumbnailDemand
    ) -> ImageFile | None:
        wide = next((each for each in WIDTHS if each >= width), WIDTHS[-1])
        with suppress(NotFoundError):
            demand.get(served.open, served.sha256, wide)
        return open_below(self._library.folder, relative_path(served.sha256, wide))

    def thumbnail(self, item: Item, width: int, demand: ThumbnailDemand) -> ShownFile | None:
        """The thumbnail that the library made of a file: never the file itself."""
        served = self._kept(item)
        small = self._thumbnail(served, width, demand) if served else None
        return ShownFile(small, served.version, is_shared=True) if served and small else None

    def page_picture(self, item: Item) -> PagePicture:
        """The item's picture, as pages show it."""
        if served := self._kept(item):
            return _kept_picture(item, served)
        if found := self._open_listed(item, "full"):
            found.file.close()
            url = f"/gallery/files/{item.id}/{{}}?v={found.version}"
            return PagePicture(url.format("full"), url.format("thumb"), *_size(item))
        drawing = f"/gallery/pictures/{item.id}.svg?v={drawing_version(item.prompt)}"
        return PagePicture(drawing, drawing, *_DRAWN, is_drawn=True)

    def _open_listed(self, item: Item, which: Which) -> ImageFile | None:
        """A file that was never taken in, by its path below the folder of the settings."""
        names = [item.content_data, item.path_thumb] if item.names_file else []
        for name in reversed(names) if which == "thumb" else names:
            folder = self._library.images
            if name and folder and (found := open_below(folder, name)):
                return found
        return None


def _shown(image: ImageFile | None) -> ShownFile | None:
    return ShownFile(image, image.version) if image else None


def pictures_of(session: Session, library: Library, items: Iterable[Item]) -> Pictures:
    """The pictures of items."""
    return Pictures(library, find_served(session, library, {item.content_data for item in items}))


def _kept_picture(item: Item, served: ServedFile) -> PagePicture:
    url = f"/gallery/files/{item.id}"
    version = f"v={served.version}"
    return PagePicture(
        f"{url}/full?{version}",
        f"{url}/thumb?w={WIDTHS[0]}&{version}",
        served.width,
        served.height,
        srcset=", ".join(f"{url}/thumb?w={width}&{version} {width}w" for width in WIDTHS),
        colour=served.colour,
        is_gone=not is_there(served),
    )


def _size(item: Item) -> tuple[int, int]:
    """As the program that made it wrote it down."""
    written = (item.item_metadata.get("width"), item.item_metadata.get("height"))
    width, height = (side if isinstance(side, int) and side > 0 else 0 for side in written)
    return (width, height) if width and height else _DRAWN


def drawing_version(prompt: str) -> str:
    """Differs when the drawing does."""
    return sha256(f"{DRAWING_VERSION} {prompt}".encode()).hexdigest()[:12]


def download_name(item: Item, media_type: str) -> str:
    """What a browser is to call an item's file; its ending follows from the content."""
    root, _, path = item.content_data.partition("/")
    name = item.title if root == COPIES or not path else PurePosixPath(path).name
    endings = ENDINGS.values()
    stem = Path(name).stem if Path(name).suffix.lower() in endings else name
    plain = "".join("_" if letter in '/\\:*?"<>|' else letter for letter in stem)
    return f"{plain[:_LONGEST_NAME].strip(' .') or item.id}{ENDINGS[media_type]}"
