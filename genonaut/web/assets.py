"""Scripts and styles, at addresses that change with their content."""

from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from fastapi import Request, Response

from genonaut.api.http.compression import Prepared
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
        contents = {file.name: file.read_bytes() for file in found if _ending(file.name) in TYPES}
        contents["frames.css"] = frames.stylesheet()
        self._version = sha256(repr(contents).encode()).hexdigest()[:12]
        self._files = {
            name: Prepared(content, TYPES[_ending(name)]) for name, content in contents.items()
        }

    def url(self, name: str) -> str:
        """The address of a file.

        Raises:
            KeyError: there is no such file.
        """
        if name not in self._files:
            raise KeyError(name)
        return f"/gallery/static/{self._version}/{name}"

    def response(self, request: Request, version: str, name: str) -> Response | None:
        """A file; None if there is none. An old version gets the current file."""
        if name not in self._files:
            return None
        cache = security.FOR_EVER if version == self._version else security.ASK_AGAIN
        return self._files[name].response(request, security.PICTURE | {"Cache-Control": cache})


def _ending(name: str) -> str:
    return name.rpartition(".")[2]
