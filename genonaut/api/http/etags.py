"""ETags of items, and the conditions that requests make with them (RFC 9110, section 13).

An ETag is strong: it is a digest of everything that the response says of the item, and of what it
is rated. That of a compressed response has another ending, and either is good for a condition.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any, Final

from fastapi import Header

from genonaut.api.entities import Item
from genonaut.api.http.compression import without_encoding
from genonaut.api.schemas.content import ItemOut
from genonaut.errors import PreconditionFailedError

_DIGITS: Final = 32
_DIGITS_OF_RATINGS: Final = 16
_RATINGS: Final = {"rating", "rating_mean", "rating_count"}
_TAGS: Final = re.compile(r'(?:W/)?"[^"]*"')

WITH_ETAG: Final[dict[int | str, dict[str, Any]]] = {
    200: {"headers": {"ETag": {"schema": {"type": "string"}, "description": "Of the item."}}}
}
"""The response of a route that returns an item, for its documentation."""
NOT_MODIFIED: Final[dict[int | str, dict[str, Any]]] = {
    304: {"description": "The item is as `If-None-Match` says. The response has no body."}
}

IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", description="The item's ETag; another one gets 412. `*` is any."),
]
IfNoneMatch = Annotated[
    str | None,
    Header(alias="If-None-Match", description="The ETag of the item as it was read; gets 304."),
]


def etag_of(item: Item) -> str:
    """The ETag of an item as it is."""
    ratings = ItemOut.model_validate(item).model_dump_json(include=_RATINGS)
    return f'{_beginning_of(item)}.{_digest(ratings)[:_DIGITS_OF_RATINGS]}"'


def _beginning_of(item: Item) -> str:
    """The part of the ETag that conditions of a change look at.

    Other users rate an item while its owner edits it. That is nothing which an edit could undo.
    """
    content = ItemOut.model_validate(item).model_dump_json(exclude=_RATINGS)
    return f'"{_digest(content)[:_DIGITS]}'


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def known_as(item: Item, if_none_match: str | None) -> str | None:
    """The ETag by which the client has the item already; None if it has not.

    Here a weak ETag is as good as its strong one.
    """
    if if_none_match is None:
        return None
    current = etag_of(item)
    if if_none_match.strip() == "*":
        return current
    tags = [tag.removeprefix("W/") for tag in _TAGS.findall(if_none_match)]
    return next((tag for tag in tags if without_encoding(tag) == current), None)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a client believes an item to be: `If-Match`, if it was sent."""

    if_match: str | None

    def check(self, item: Item) -> None:
        """Check an item, which is locked if it is to be changed.

        Raises:
            PreconditionFailedError: it is another one by now.
        """
        if self.if_match is None or self.if_match.strip() == "*":
            return
        beginnings = {tag.partition(".")[0] for tag in _TAGS.findall(self.if_match)}
        if _beginning_of(item) not in beginnings:
            raise PreconditionFailedError(
                f"Item {item.id} is not, or no longer, as If-Match says: nothing was changed. "
                "Read it again, and repeat the change with its new ETag."
            )
