"""Cursors: places in a list, as text that means nothing to the client that keeps it.

A cursor holds the sort value and the id of the item that it is beside, to the last bit. So a page
begins exactly there, even if items were added or deleted since.

Its first bytes are a checksum of the rest and of the list it belongs to. That is no signature: a
cursor shows nothing that a client could not request anyway, and it needs no secret that several
processes would have to share. So its content is validated like any other input.
"""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from genonaut.api.gallery.orders import ABOVE_ALL, BELOW_ALL, Position, SortValue
from genonaut.api.gallery.query import GalleryQuery, SortField
from genonaut.db.timestamps import Beyond
from genonaut.errors import InvalidCursorError

_VERSION = 1
_CHECKSUM_BYTES = 8
_BEYOND = "@"
_BIGINT = range(-(2**63), 2**63)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two items: behind `position`, or before it if it goes `backward`.

    Without a position it is the place before the first item, or behind the last.
    `offset` is the number of items that were before the place when the cursor was made.
    """

    backward: bool
    offset: int
    position: Position | None = None


END = Cursor(backward=True, offset=0)


def write(cursor: Cursor, query: GalleryQuery) -> str:
    """The cursor as text, for this list."""
    at = cursor.position
    place = [_plain(at.value), at.item_id] if at else []
    written = [cursor.backward, cursor.offset, *place]
    payload = json.dumps(written, ensure_ascii=False, separators=(",", ":")).encode()
    return urlsafe_b64encode(_checksum(payload, query) + payload).decode().rstrip("=")


def read(text: str, query: GalleryQuery) -> Cursor:
    """The cursor that was written for this list.

    Raises:
        InvalidCursorError: it was written for another list, or is not a cursor at all.
    """
    try:
        raw = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        cursor = _parsed(raw[_CHECKSUM_BYTES:], query.sort_field)
        # Several texts decode to the same bytes; only the one that `write` makes is valid.
        good = write(cursor, query) == text
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        good = False
    if not good:
        raise InvalidCursorError(
            "The cursor does not belong to this list: send it unchanged, with the same filters and "
            "order as the request that returned it, or begin without a cursor."
        )
    return cursor


def _checksum(payload: bytes, query: GalleryQuery) -> bytes:
    the_list = [
        _VERSION,
        sorted(query.switches),
        str(query.user_id),
        query.search,
        sorted(set(query.tags)),
        query.tag_match,
        query.sort_field,
        query.sort_order,
        # Only if they are set, so that cursors from before there were these filters stay valid.
        *([query.model, query.seed, str(query.creator)] if _is_about_one(query) else []),
        *([query.sampler, sorted(query.loras), query.month] if _is_of_a_facet(query) else []),
        *([query.favourites, str(query.album)] if query.favourites or query.album else []),
    ]
    written = json.dumps(the_list).encode() + b"\n" + payload
    return blake2b(written, digest_size=_CHECKSUM_BYTES).digest()


def _is_about_one(query: GalleryQuery) -> bool:
    return bool(query.model or query.seed or query.creator)


def _is_of_a_facet(query: GalleryQuery) -> bool:
    return bool(query.sampler or query.loras or query.month)


def _plain(value: SortValue) -> str:
    match value:
        case Beyond():
            return f"{_BEYOND}{value.microseconds}"
        case datetime():
            return value.isoformat()
        case float():
            return repr(value)
        case _:
            return value


def _parsed(payload: bytes, field: SortField) -> Cursor:
    backward, offset, *place = json.loads(payload)
    if not isinstance(backward, bool) or not _is_bigint(offset):
        raise ValueError("no direction, or no offset")
    if not place:
        return Cursor(backward, offset)
    value, item_id = place
    if not _is_bigint(item_id) or not isinstance(value, str):
        raise ValueError("no value, or no id")
    return Cursor(backward, offset, Position(_sort_value(value, field), item_id))


def _is_bigint(number: Any) -> bool:  # noqa: ANN401
    return type(number) is int and number in _BIGINT


def _sort_value(text: str, field: SortField) -> SortValue:
    match field:
        case "created_at" | "updated_at" if text.startswith(_BEYOND):
            return Beyond.at(int(text.removeprefix(_BEYOND)))
        case "created_at" | "updated_at":
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                raise ValueError("a moment without an offset")
            return moment
        case "quality_score":
            return float(text)
        case "rating" | "rating_mean":
            rating = float(text)
            if not BELOW_ALL <= rating <= ABOVE_ALL:
                raise ValueError("no rating is so low or so high")
            return rating
        case "title":
            if "\0" in text:
                raise ValueError("no title has a NUL")
            text.encode()
            return text
