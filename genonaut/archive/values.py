"""What stands in a line of an export: a user, a tag, an item. Wrong values have a reason."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from genonaut.archive.reading import Number
from genonaut.content.rules import (
    LONGEST_NAME,
    LONGEST_PROMPT,
    InvalidValueError,
    is_absolute_path,
)
from genonaut.db.schema import PARTITIONS, PRIVATE, PUBLIC
from genonaut.library.registry import KeptFile
from genonaut.library.roots import COPIES
from genonaut.library.store import ENDINGS, FILES

# A larger one could leave the sequence without numbers.
_LARGEST_ID: Final = 2**53
_LARGEST: Final = 2**63 - 1
_LARGEST_SIDE: Final = 2**31 - 1
_LONGEST_TYPE: Final = 50
_LONGEST_THUMB: Final = 512
_MOST_TAGS: Final = 10_000
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class NamedLine:
    """A user or a tag."""

    id: UUID
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class FileLine:
    """A picture's file: its name in the export, and what it has to be in the library."""

    name: str
    is_exported: bool
    kept: KeptFile
    added_at: datetime


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item. `source` is its partition."""

    id: int
    source: str
    title: str
    content_type: str
    content_data: str
    path_thumb: str | None
    prompt: str
    creator: str
    created_at: datetime
    updated_at: datetime
    quality_score: float
    visibility: str
    tags: tuple[str, ...]
    file: FileLine | None

    @property
    def other_key(self) -> str:
        """By what an item without an import key is known, if it cannot have its own number."""
        parts = (str(self.id), self.source, self.creator, self.created_at.isoformat())
        content = "\0".join((*parts, self.title, self.prompt))
        return f"export:{sha256(content.encode()).hexdigest()}"

    def with_file(self, kept: KeptFile) -> "ItemLine":
        """The same, whose file is kept in the library."""
        assert self.file  # noqa: S101 - who brings a file has the line of one
        return replace(self, content_data=kept.name, file=replace(self.file, kept=kept))


def user_line(fields: Mapping[str, Any]) -> NamedLine:
    """A line of users.jsonl."""
    name = _text(fields, "username", LONGEST_NAME)
    _visibility(fields, "default_visibility")
    return NamedLine(_uuid(fields, "id"), name, _moment(fields, "created_at"))


def tag_line(fields: Mapping[str, Any]) -> NamedLine:
    """A line of tags.jsonl."""
    if not isinstance(fields.get("metadata"), dict):
        raise InvalidValueError("metadata is not an object")
    name = _text(fields, "name", LONGEST_NAME)
    return NamedLine(_uuid(fields, "id"), name, _moment(fields, "created_at"))


def item_line(fields: Mapping[str, Any]) -> ItemLine:
    """A line of items.jsonl."""
    source = _text(fields, "source", _LONGEST_TYPE)
    if source not in PARTITIONS:
        raise InvalidValueError("source is neither regular nor auto")
    if not isinstance(fields.get("metadata"), dict):
        raise InvalidValueError("metadata is not an object")
    return ItemLine(
        id=_integer(fields, "id", _LARGEST_ID, least=1),
        source=PARTITIONS[source],
        title=_text(fields, "title", LONGEST_NAME),
        content_type=_text(fields, "content_type", _LONGEST_TYPE),
        content_data=_no_path(_text(fields, "content_data"), "content_data"),
        path_thumb=_thumb(fields),
        prompt=_text(fields, "prompt", LONGEST_PROMPT),
        creator=_text(fields, "creator", LONGEST_NAME),
        created_at=_moment(fields, "created_at"),
        updated_at=_moment(fields, "updated_at"),
        quality_score=_score(fields),
        visibility=_visibility(fields, "visibility"),
        tags=_tags(fields),
        file=_file(fields.get("file")),
    )


def _file(fields: object) -> FileLine | None:
    if fields is None:
        return None
    if not isinstance(fields, dict):
        raise InvalidValueError("file is not an object")
    digest = _text(fields, "sha256")
    media_type = _text(fields, "media_type")
    if not _HASH.fullmatch(digest) or media_type not in ENDINGS:
        raise InvalidValueError("file is not that of a picture: its sha256 or media_type is wrong")
    colour = fields.get("colour")
    if colour is not None and not (isinstance(colour, str) and _COLOUR.fullmatch(colour)):
        raise InvalidValueError("colour is not a colour")
    # By the hash, so that no line can name another file of the library.
    name = f"{COPIES}/{FILES}/{digest[:2]}/{digest}{ENDINGS[media_type]}"
    kept = KeptFile(
        name,
        COPIES,
        bytes.fromhex(digest),
        _integer(fields, "bytes", _LARGEST),
        _integer(fields, "modified_ns", _LARGEST, least=-_LARGEST),
        media_type,
        _integer(fields, "width", _LARGEST_SIDE, least=1),
        _integer(fields, "height", _LARGEST_SIDE, least=1),
        colour,
    )
    is_exported = fields.get("exported") is True
    return FileLine(_text(fields, "name"), is_exported, kept, _moment(fields, "added_at"))


def _visibility(fields: Mapping[str, Any], name: str) -> str:
    """Who may see an item. An export from before there were private items does not say it."""
    value = fields.get(name, PUBLIC)
    if value not in {PUBLIC, PRIVATE}:
        raise InvalidValueError(f"{name} is neither public nor private")
    return str(value)


def _thumb(fields: Mapping[str, Any]) -> str | None:
    if fields.get("path_thumb") is None:
        return None
    return _no_path(_text(fields, "path_thumb", _LONGEST_THUMB), "path_thumb")


def _no_path(text: str, name: str) -> str:
    if is_absolute_path(text):
        raise InvalidValueError(f"{name} is an absolute path")
    return text


def _tags(fields: Mapping[str, Any]) -> tuple[str, ...]:
    tags = fields.get("tags")
    if not isinstance(tags, list) or len(tags) > _MOST_TAGS:
        raise InvalidValueError("tags is not a list, or a very long one")
    return tuple(dict.fromkeys(_text({"tag": tag}, "tag", LONGEST_NAME) for tag in tags))


def _text(fields: Mapping[str, Any], name: str, limit: int | None = None) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or isinstance(value, Number):
        raise InvalidValueError(f"{name} is not text")
    if limit is not None and len(value) > limit:
        raise InvalidValueError(f"{name} is longer than {limit:,} characters")
    return value


def _integer(fields: Mapping[str, Any], name: str, most: int, *, least: int = 0) -> int:
    value = fields.get(name)
    try:
        number = int(value) if isinstance(value, Number) and len(value) < 21 else None  # noqa: PLR2004 - digits of 64 bits
    except ValueError:
        number = None
    if number is None or not least <= number <= most:
        raise InvalidValueError(f"{name} is not a whole number from {least} to {most}")
    return number


def _score(fields: Mapping[str, Any]) -> float:
    value = fields.get("quality_score")
    if not isinstance(value, Number) or not math.isfinite(float(value)):
        raise InvalidValueError("quality_score is not a number")
    return float(value)


def _uuid(fields: Mapping[str, Any], name: str) -> UUID:
    try:
        return UUID(_text(fields, name))
    except ValueError as error:
        raise InvalidValueError(f"{name} is not a UUID") from error


def _moment(fields: Mapping[str, Any], name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(fields, name))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidValueError(f"{name} is not a moment in ISO 8601") from error
