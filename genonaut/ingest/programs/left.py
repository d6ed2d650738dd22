"""What a program left in a picture's file: texts by name, and the JSON objects among them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from genonaut.content.rules import InvalidValueError
from genonaut.ingest.programs.written import json_object

Settings = dict[str, Any]

_LONGEST_OBJECT = 4 << 20
_MOST_OBJECTS = 50


@dataclass(frozen=True, slots=True)
class Left:
    """The texts that are not blank. EXIF's comment is `UserComment`."""

    texts: Mapping[str, str]
    objects: Mapping[str, dict[str, Any]]
    """Those of the texts that are JSON objects."""

    def with_key(self, *keys: str) -> Iterator[dict[str, Any]]:
        """The objects that have all of these keys."""
        return (found for found in self.objects.values() if found.keys() >= set(keys))


class UntoldPromptError(InvalidValueError):
    """The prompt cannot be told, and these settings can."""

    def __init__(self, reason: str, settings: Settings) -> None:
        super().__init__(reason)
        self.settings = settings


@dataclass(frozen=True, slots=True)
class Program:
    """A program, and how to read what it leaves."""

    name: str
    read: Callable[[Left], Settings | None]
    """Returns the settings by our names, with `prompt`; None if another program made the file.

    It raises InvalidValueError if its program made the file, but the prompt cannot be told.
    """


def left_in(texts: Mapping[str, str]) -> Left:
    """What is in these texts of a file."""
    filled = {name: text for name, text in texts.items() if text.strip()}
    objects: dict[str, dict[str, Any]] = {}
    for name, text in filled.items():
        if len(objects) < _MOST_OBJECTS and len(text) <= _LONGEST_OBJECT:
            found = json_object(text) if text.lstrip("\ufeff \t\r\n").startswith("{") else {}
            objects |= {name: found} if found else {}
    return Left(filled, objects)
