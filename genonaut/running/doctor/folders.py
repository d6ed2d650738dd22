"""Checks of the folders: rights, owners and room. What is written to try it is removed."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from genonaut.config import Settings
from genonaut.counting.audit import Finding
from genonaut.embedded.folder import ServerFolder
from genonaut.errors import ServerStartError
from genonaut.library.roots import Library

LEAST_FREE_BYTES = 1 << 30


def check_folders(settings: Settings) -> Iterator[Finding]:
    """Those that Genonaut writes to, and those that it only reads."""
    yield _home(settings)
    library = Library.of(settings)
    yield _can_write("library", library.folder, "GENONAUT_LIBRARY_FOLDER")
    if library.images:
        yield _can_read("images", library.images, "GENONAUT_GALLERY_IMAGES_FOLDER")
    for watched in settings.library.watch:
        yield _can_read("watch", watched.folder, "library.watch")
    for what, folder in {"disk": settings.home, "disk of library": library.folder}.items():
        yield _room(what, folder)


def _home(settings: Settings) -> Finding:
    found = _can_write("home", settings.home, "GENONAUT_HOME")
    for name in ("postgres", "valkey"):
        folder = ServerFolder(settings.home, name)
        try:
            if found.ok and folder.path.exists():
                folder.make()  # of one that exists, this checks owner and rights
        except (OSError, ServerStartError) as error:
            return Finding("home", False, str(error))
    return found


def _can_write(what: str, folder: Path, setting: str) -> Finding:
    try:
        there = _existing(folder)
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        detail = (
            f"Cannot write to {folder} ({error.strerror}): change the rights of the folder, or "
            f"set {setting} to one that you can write to."
        )
        return Finding(what, False, detail)
    missing = "" if there == folder else "; it is made when it is needed"
    return Finding(what, True, f"{folder} can be written to{missing}.")


def _can_read(what: str, folder: Path, setting: str) -> Finding:
    try:
        os.scandir(folder).close()
    except OSError as error:
        detail = (
            f"Cannot list {folder} ({error.strerror}): mount it, change its rights, or correct "
            f"{setting}."
        )
        return Finding(what, False, detail)
    return Finding(what, True, f"{folder} can be read.")


def _existing(folder: Path) -> Path:
    """The folder, or the nearest above it that exists."""
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    return folder


def _room(what: str, folder: Path) -> Finding:
    try:
        there = _existing(folder)
        free = shutil.disk_usage(there).free
        files = os.statvfs(there)
    except OSError as error:
        detail = f"The disk of {folder} cannot be examined ({error.strerror}): mount it."
        return Finding(what, False, detail)
    shown = f"{free / (1 << 30):,.1f} GiB are free below {there}"
    if free < LEAST_FREE_BYTES:
        detail = f"Only {shown}: free some, 1 GiB at least, or choose a folder on another disk."
        return Finding(what, False, detail)
    if files.f_files and not files.f_favail:
        detail = f"{shown}, and no more files can be made there: remove some."
        return Finding(what, False, detail)
    return Finding(what, True, f"{shown}.")
