"""The folders that files are served from, by their names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from genonaut.config import ROOT_NAME, Settings
from genonaut.db.schema import LibraryRoot
from genonaut.errors import NotFoundError, UsageError
from genonaut.library.thumbnails import Thumbnails

COPIES: Final = "library"
IMAGES: Final = "images"
_SETTINGS: Final = {COPIES: "library.folder", IMAGES: "gallery.images-folder"}
_NAME: Final = re.compile(ROOT_NAME)


@dataclass(frozen=True, slots=True)
class Library:
    """The folder of copies, and the one that the settings say is served from where it is.

    `processes` take pictures in, as many as there are cores if it is None.
    """

    folder: Path
    images: Path | None = None
    most_pixels: int = 100_000_000
    processes: int | None = None
    fixed: Mapping[str, Path] = field(init=False)

    def __post_init__(self) -> None:
        images = {IMAGES: self.images} if self.images else {}
        object.__setattr__(self, "fixed", {COPIES: self.folder} | images)

    @classmethod
    def of(cls, settings: Settings) -> "Library":
        """As the settings say."""
        folder = settings.library.folder or settings.home / COPIES
        chosen = settings.library
        images = settings.gallery.images_folder
        return cls(folder, images, chosen.most_pixels, chosen.thumbnail_processes)

    @property
    def thumbnails(self) -> Thumbnails:
        """Of every file, below any root."""
        return Thumbnails(self.folder, self.most_pixels)

    def roots(self, connection: Connection) -> dict[str, Path]:
        """Every folder by its name."""
        rows = connection.execute(select(LibraryRoot.name, LibraryRoot.path))
        return {name: Path(path) for name, path in rows} | dict(self.fixed)

    def root_above(self, connection: Connection, folder: Path) -> str | None:
        """The root that a folder is, or is in; the nearest, if one is in another."""
        roots = self.roots(connection)
        resolved = {name: path.resolve() for name, path in roots.items() if name != COPIES}
        above = [name for name, path in resolved.items() if folder.is_relative_to(path)]
        return max(above, key=lambda name: len(resolved[name].parts), default=None)

    def choose_name(self, connection: Connection, folder: Path, wanted: str | None) -> str:
        """The name of the root for a folder whose files stay in place, or that it would get.

        Raises:
            UsageError: the name cannot be given to it.
        """
        found = self.root_above(connection, folder)
        if found and wanted in (None, found):
            return found
        if found:
            raise UsageError(f"The folder is in the root {found} already: leave out --root.")
        if folder.is_relative_to(self.folder.resolve()):
            raise UsageError("The folder is in the library itself: its files are copies.")
        if wanted is not None and not _NAME.fullmatch(wanted):
            raise UsageError(
                f"{wanted!r} cannot be the name of a root: use at most 64 of a-z, 0-9, _ and -."
            )
        taken = self.roots(connection).keys() | _SETTINGS.keys()
        if wanted in taken:
            raise UsageError(
                f"There is another root {wanted}: choose another name, or, if that folder was "
                f"moved, run `genonaut library move-root {wanted} PATH`."
            )
        return wanted or _free_name(folder.name, taken)

    def register(self, connection: Connection, folder: Path, wanted: str | None) -> str:
        """The same, and from now on its files are served.

        Raises:
            UsageError: the name cannot be given to it.
        """
        name = self.choose_name(connection, folder, wanted)
        if name in self.roots(connection):
            return name
        try:
            connection.execute(insert(LibraryRoot).values(name=name, path=as_text(folder)))
        except IntegrityError:  # another process was first, perhaps with this folder
            connection.rollback()
            return self.register(connection, folder, wanted)
        connection.commit()
        return name

    def move(self, connection: Connection, name: str, folder: Path) -> None:
        """Say that a root's folder has another path now.

        Raises:
            NotFoundError: there is no such root.
            UsageError: it is one of the settings', or another root's folder, or no folder.
        """
        if name in _SETTINGS:
            raise UsageError(f"The root {name} is set by `{_SETTINGS[name]}`: change that setting.")
        if not folder.is_dir():
            raise UsageError("There is no such folder: check the path.")
        path = as_text(folder.resolve())
        try:
            moved = connection.execute(
                update(LibraryRoot).where(LibraryRoot.name == name).values(path=path)
            )
        except IntegrityError as error:
            raise UsageError("That folder is another root already.") from error
        if not moved.rowcount:
            raise NotFoundError(f"There is no root {name}: see `genonaut library roots`.")
        connection.commit()


def as_text(folder: Path) -> str:
    """The path as the database stores it.

    Raises:
        UsageError: it is not UTF-8.
    """
    try:
        return str(folder).encode().decode()
    except UnicodeEncodeError as error:
        raise UsageError(
            "The folder's path is not UTF-8: rename it, or leave out --in-place."
        ) from error


def _free_name(folder: str, taken: set[str]) -> str:
    plain = re.sub(r"[^a-z0-9_-]+", "-", folder.lower()).strip("-_")[:48] or "pictures"
    names = (plain if number == 1 else f"{plain}-{number}" for number in range(1, len(taken) + 3))
    return next(name for name in names if name not in taken)
