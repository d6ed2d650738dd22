"""The values of fields: each brought into the one form that it has, or refused with a reason."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from genonaut.api.gallery.searching.language import FieldName, has_word

LONGEST_VALUE: Final = 255
_SIZE: Final = re.compile(r"([0-9]{1,5})[x×*]([0-9]{1,5})", re.IGNORECASE)  # noqa: RUF001
_SEED: Final = re.compile(r"-?[0-9]{1,40}", re.ASCII)
_DATE: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")
_KINDS: Final = ("private", "public", "regular", "auto")
EXAMPLES: Final[dict[FieldName, str]] = {
    "model": "model:sdxl",
    "lora": "lora:detail",
    "sampler": "sampler:euler",
    "seed": "seed:1234",
    "size": "size:512x768",
    "before": "before:2026-03",
    "after": "after:2026-03",
    "by": "by:ada",
    "tag": 'tag:"oil painting"',
    "is": "is:private",
    "has": "has:workflow",
}
OPEN_ENDED: Final = frozenset({"model", "lora", "sampler"})
"""Fields whose value may be the beginning of a name: `model:sd*`."""


def read_value(name: FieldName, written: str) -> str:
    """The value of a field.

    Raises:
        ValueError: it is none; the message says what one looks like.
    """
    value = " ".join(written.split())
    if not value:
        raise ValueError(
            f"nothing follows `{name}:`; write the value right behind the colon, as in "
            f"{EXAMPLES[name]}, or put quotes around all of it to search for the text"
        )
    if len(value) > LONGEST_VALUE:
        raise ValueError(f"the value has more than {LONGEST_VALUE} characters; shorten it")
    return _READERS.get(name, _any_name)(value)


def beginning_of(value: str) -> datetime:
    """The first moment of the year, month or day of a `before:` or `after:`, in UTC.

    Raises:
        ValueError: there is no such day.
    """
    found = _DATE.fullmatch(value)
    if found is None:
        raise ValueError(value)
    year, month, day = (int(part or 1) for part in found.groups())
    return datetime(year, month, day, tzinfo=UTC)


def _any_name(value: str) -> str:
    if not has_word(value):
        raise ValueError("the name has no letter and no digit; write one, or leave the field out")
    return value


def _seed(value: str) -> str:
    if not _SEED.fullmatch(value):
        raise ValueError("a seed is a whole number, as in seed:1234")
    return value


def _size(value: str) -> str:
    found = _SIZE.fullmatch(value)
    if found is None:
        raise ValueError("a size is a width and a height in pixels, as in size:512x768")
    return f"{int(found[1])}x{int(found[2])}"


def _date(value: str) -> str:
    try:
        beginning_of(value)
    except ValueError:
        raise ValueError(
            "a date is a year, a month or a day, as in 2026, 2026-03 or 2026-03-05"
        ) from None
    return value


def _kind(value: str) -> str:
    if value.lower() not in _KINDS:
        raise ValueError("an item can be is:private, is:public, is:regular or is:auto")
    return value.lower()


def _part(value: str) -> str:
    if value.lower() != "workflow":
        raise ValueError("the only value is has:workflow")
    return "workflow"


_READERS: Final[dict[FieldName, Callable[[str], str]]] = {
    "seed": _seed,
    "size": _size,
    "before": _date,
    "after": _date,
    "is": _kind,
    "has": _part,
}
