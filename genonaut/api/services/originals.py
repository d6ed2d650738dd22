"""The original files of items, as they are named in an archive and opened to be read."""

import re
from typing import Final, NamedTuple

from sqlalchemy import BigInteger, func, select
from sqlalchemy.orm import Session

from genonaut.api.entities import Item
from genonaut.api.repositories.content_repository import ContentRepository
from genonaut.content.rules import CONTROLS
from genonaut.content.viewer import Viewer
from genonaut.db.schema import ContentItemAll, LibraryFile
from genonaut.library.files import ImageFile, open_below
from genonaut.library.registry import find_served
from genonaut.library.roots import Library
from genonaut.library.store import ENDINGS

# What a path is made of, what some systems have no names with, and what is not seen.
_NOT_IN_NAMES: Final = re.compile(rf"[{CONTROLS}/\\:*?\"<>|\s]+")
_LONGEST_STEM: Final = 120
"""In bytes: a name may have 255 on the usual systems, with its number and ending."""


class Original(NamedTuple):
    """An item, and its file if it has one."""

    item: Item
    file: ImageFile | None


def open_original(
    session: Session, library: Library, viewer: Viewer, item_id: int
) -> Original | None:
    """An item that the viewer may see now, with its open file; None if there is none."""
    item = ContentRepository(session).get(viewer, item_id)
    return Original(item, _open(session, library, item)) if item else None


def bytes_of(session: Session, ids: list[int]) -> int:
    """How many bytes the files of items have together, as far as the library knows them."""
    names = select(ContentItemAll.content_data).where(
        ContentItemAll.id == func.any_(ids), ContentItemAll.names_file
    )
    total = select(func.coalesce(func.sum(LibraryFile.bytes), 0).cast(BigInteger))
    return int(session.scalar(total.where(LibraryFile.name.in_(names))) or 0)


def name_in_archive(item: Item, ending: str) -> str:
    """What an item's file is called: by its title, and by its number, so no two are alike."""
    words = _NOT_IN_NAMES.sub(" ", item.title).strip(" .-")
    stem = words.encode()[:_LONGEST_STEM].decode(errors="ignore").strip(" .-")
    return f"{stem}-{item.id}{ending}" if stem else f"{item.id}{ending}"


def ending_of(file: ImageFile) -> str:
    """By what a file has in it, and not by its name."""
    return ENDINGS[file.media_type]


def _open(session: Session, library: Library, item: Item) -> ImageFile | None:
    if not item.names_file:
        return None
    served = find_served(session, library, [item.content_data]).get(item.content_data)
    if served:
        return served.open()
    return open_below(library.images, item.content_data) if library.images else None
