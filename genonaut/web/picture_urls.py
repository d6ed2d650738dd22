"""Where an item's picture is: its file, or else one that is drawn."""

from hashlib import sha256

from genonaut.api.entities import Item
from genonaut.pictures import DRAWING_VERSION
from genonaut.web.files import ImagesFolder, Which


class PictureUrls:
    """Addresses of pictures. They change with the picture, so that browsers may keep them."""

    def __init__(self, folder: ImagesFolder) -> None:
        self._folder = folder

    def url(self, item: Item, which: Which) -> str:
        """The address of an item's picture."""
        if file := self._folder.find(item, which):
            return f"/gallery/files/{item.id}/{which}?v={file.version}"
        return f"/gallery/pictures/{item.id}.svg?v={drawing_version(item.prompt)}"

    def is_drawn(self, item: Item) -> bool:
        """Whether the item has no file."""
        return self._folder.find(item, "full") is None


def drawing_version(prompt: str) -> str:
    """Differs when the drawing does."""
    return sha256(f"{DRAWING_VERSION} {prompt}".encode()).hexdigest()[:12]
