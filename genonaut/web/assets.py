"""Scripts and styles, at addresses that change with their content."""

from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from fastapi import Response

from genonaut.web import frames, security

TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


class Assets:
    """All static files, in memory: they are few and small.

    All have the same version, so that one script can import another by its name.
    """

    def __init__(self, folder: Traversable | None = None) -> None:
        folder = folder or files("genonaut.web") / "static"
        found = sorted(folder.iterdir(), key=lambda file: file.name)
        self._contents = {
            file.name: file.read_bytes() for file in found if _ending(file.name) in TYPES
        }
        self._contents["frames.css"] = frames.stylesheet()
        self._version = sha256(repr(self._contents).encode()).hexdigest()[:12]

    def url(self, name: str) -> str:
        """The address of a file.

        Raises:
            KeyError: there is no such file.
        """
        if name not in self._contents:
            raise KeyError(name)
        return f"/gallery/static/{self._version}/{name}"

    def response(self, version: str, name: str) -> Response | None:
        """A file; None if there is none. An old version gets the current file."""
        if name not in self._contents:
            return None
        cache = security.FOR_EVER if version == self._version else security.ASK_AGAIN
        more = security.PICTURE | {"Cache-Control": cache}
        return Response(self._contents[name], media_type=TYPES[_ending(name)], headers=more)


def _ending(name: str) -> str:
    return name.rpartition(".")[2]
