"""The texts in XMP, which is XML: Draw Things and several editors write their data there."""

from contextlib import suppress
from typing import Final
from xml.parsers import expat

_LONGEST: Final = 4 << 20
_MOST_TEXTS: Final = 200
_OF_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_OURS: Final = {"CreatorTool": "Software"}


def texts_of_xmp(packet: bytes) -> dict[str, str]:
    """Texts by the names of their elements or attributes, without namespaces; none if damaged."""
    reader = _Reader()
    if len(packet) <= _LONGEST:
        with suppress(expat.ExpatError, _RefusedError, ValueError, LookupError):
            reader.parser.Parse(packet.strip(b"\0 \r\n\t"), True)
    return reader.found


class _RefusedError(Exception):
    """XMP has no document type: with one, a few bytes can become gigabytes."""


class _Reader:
    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._open: list[str] = []
        self._parts: list[str] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._parts.append

    def _refuse(self, *_declared: object) -> None:
        raise _RefusedError

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        # Lists and alternatives belong to the element around them.
        is_rdf = name.startswith(_OF_RDF)
        self._open.append(self._open[-1] if is_rdf and self._open else _local(name))
        self._parts.clear()
        for each, value in attributes.items():
            if not each.startswith(_OF_RDF):
                self._add(_local(each), value)

    def _end(self, _name: str) -> None:
        self._add(self._open.pop(), "".join(self._parts))
        self._parts.clear()

    def _add(self, name: str, text: str) -> None:
        if text.strip() and len(self.found) < _MOST_TEXTS:
            self.found.setdefault(_OURS.get(name, name), text)


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
