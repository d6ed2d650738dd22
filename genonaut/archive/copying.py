"""Picture files out of the library, and back into it: by their hash, both ways."""

import hashlib
import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from genonaut.content.rules import InvalidValueError
from genonaut.library.files import MOST_BYTES, open_below
from genonaut.library.registry import KeptFile
from genonaut.library.roots import COPIES
from genonaut.library.store import Store
from genonaut.library.thumbnails import Thumbnails

_CHUNK: Final = 1 << 20
NOT_THERE: Final = "not there, or no picture any more"
CHANGED: Final = "changed since it was imported"


def copy_out(root: Path | None, name: str, sha256: bytes, target: Path) -> str | None:
    """Copy a file of the library, synced, if it is still what it was; or the reason why not.

    Raises:
        OSError: the copy cannot be written.
    """
    found = open_below(root, name.partition("/")[2]) if root else None
    if found is None:
        return NOT_THERE
    target.parent.mkdir(parents=True, exist_ok=True)
    with found.file, target.open("xb") as copy:
        digest = _copy(found.file, copy)
    if digest == sha256:
        return None
    target.unlink()
    return CHANGED


def _copy(source: BinaryIO, target: BinaryIO) -> bytes:
    hashed = hashlib.sha256()
    while chunk := source.read(_CHUNK):
        hashed.update(chunk)
        target.write(chunk)
    target.flush()
    os.fsync(target.fileno())
    return hashed.digest()


@dataclass(frozen=True, slots=True)
class Incoming:
    """Where exported files are, and where they go."""

    folder: Path
    store: Store
    thumbnails: Thumbnails


def bring_in(incoming: Incoming, name: str, sha256: bytes, modified_ns: int) -> KeptFile | str:
    """Keep an exported file in the library, with thumbnails; or the reason why not."""
    try:
        return _brought(incoming, name, sha256, modified_ns)
    except InvalidValueError as error:
        return f"its file is {error}"
    except OSError as error:
        return f"its file cannot be read or kept: {error.strerror}"


def _brought(incoming: Incoming, name: str, sha256: bytes, modified_ns: int) -> KeptFile | str:
    found = open_below(incoming.folder, name)
    if found is None:
        return "its file is not in the export, or is no picture"
    with found.file:
        content = found.file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        return f"its file is larger than {MOST_BYTES >> 20} MB"
    if hashlib.sha256(content).digest() != sha256:
        return "its file has other content than the line says"
    shape = incoming.thumbnails.make(io.BytesIO(content), sha256)
    kept = incoming.store.keep(content, sha256.hex(), found.media_type)
    size = shape.width, shape.height, shape.colour, shape.likeness, True
    return KeptFile(
        f"{COPIES}/{kept}", COPIES, sha256, len(content), modified_ns, found.media_type, *size
    )
