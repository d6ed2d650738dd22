"""A row that is ready to be stored, and how it is made from a record."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from genonaut.content.rules import (
    IMPORT_KEY,
    LONGEST_NAME,
    LONGEST_PROMPT,
    InvalidValueError,
    check_marks,
    check_storable,
    short_title,
    user_name,
)
from genonaut.db.schema import REGULAR, Visibility
from genonaut.errors import UsageError
from genonaut.ingest import values
from genonaut.ingest.layouts import unpacked
from genonaut.ingest.moments import timestamp
from genonaut.ingest.records import Record
from genonaut.ingest.tag_columns import column_of_tags
from genonaut.library.registry import KeptFile

DEFAULT_CREATOR = "imported"

_CANONICAL_JSON = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))

COLUMNS = frozenset(
    {
        "prompt",
        "title",
        "creator",
        "username",
        "created_at",
        "source",
        "content_data",
        "quality_score",
        "metadata",
        "tags",
    }
)


@dataclass(frozen=True, slots=True)
class Defaults:
    """The creator and the source (`regular` or `auto`) of rows that name none.

    `visibility` says who may see the items; without one, it is their creator's own default.

    Raises:
        UsageError: one of them is invalid.
    """

    creator: str = DEFAULT_CREATOR
    source: str = REGULAR
    visibility: Visibility | None = None

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "creator", user_name(self.creator, "creator"))
            values.partition(self.source, REGULAR)
        except InvalidValueError as error:
            raise UsageError(f"The default {error}: choose another.") from error


@dataclass(frozen=True, slots=True)
class ImportRow:
    """An item that PostgreSQL will accept. `source` names its partition, `items` or `auto`."""

    line: int | None
    prompt: str
    title: str
    creator: str
    created_at: datetime | None
    source: str
    content_data: str
    quality_score: float
    metadata: Mapping[str, Any]
    tags: tuple[str, ...]
    import_key: str
    # Of a picture: its file, and what stands for the path that it was read from.
    file: KeptFile | None = None
    path_thumb: str | None = None
    path_digest: bytes | None = None
    visibility: Visibility | None = None

    @property
    def item_metadata(self) -> str:
        """The metadata as it is stored: JSON, with the import key."""
        return _CANONICAL_JSON.encode({**self.metadata, IMPORT_KEY: self.import_key})


def parse_row(record: Record, defaults: Defaults) -> ImportRow:
    """The record as a row.

    Raises:
        InvalidValueError: a value is missing or invalid; the message is the reason.
    """
    fields = unpacked(record.fields) if record.needs_prompt else record.fields
    prompt = values.text(fields.get("prompt"), "prompt", LONGEST_PROMPT)
    if not prompt and record.needs_prompt:
        raise InvalidValueError("prompt is empty")
    title = values.text(fields.get("title"), "title", LONGEST_NAME)
    check_marks(prompt, "prompt")
    creator = values.text(fields.get("creator") or fields.get("username"), "creator")
    row = ImportRow(
        line=record.line,
        prompt=prompt,
        title=title,
        creator=user_name(creator, "creator") if creator else defaults.creator,
        created_at=timestamp(fields.get("created_at"), "created_at"),
        source=values.partition(fields.get("source"), defaults.source),
        content_data=values.text(fields.get("content_data"), "content_data"),
        quality_score=values.number(fields.get("quality_score"), "quality_score"),
        metadata=_metadata(fields),
        tags=column_of_tags(fields.get("tags"), "tags"),
        import_key="",
        visibility=defaults.visibility,
    )
    return _finished(row, record)


def _metadata(fields: Mapping[str, object]) -> dict[str, Any]:
    """The metadata column, with every column that has no place of its own."""
    others = {name: value for name, value in fields.items() if name and name not in COLUMNS}
    given = values.json_object(fields.get("metadata"), "metadata")
    metadata = {name: value for name, value in others.items() if value not in (None, "")} | given
    metadata.pop(IMPORT_KEY, None)
    check_storable(metadata, "metadata")
    return metadata


def _finished(row: ImportRow, record: Record) -> ImportRow:
    """The row with its key and a title.

    The key depends only on given values: the way in which we make titles, and tags of modifiers,
    may change one day.
    """
    content: list[object] = [row.creator, row.source]
    if record.identity:
        content += [record.identity]
    else:
        moment = row.created_at.isoformat() if row.created_at else None
        tags = record.fields.get("tags") if row.tags else None
        content += [row.prompt, row.title, moment, row.content_data]
        content += [row.quality_score, tags, dict(row.metadata)]
    return replace(
        row,
        title=row.title or short_title(row.prompt),
        import_key=sha256(_CANONICAL_JSON.encode(content).encode()).hexdigest(),
    )
