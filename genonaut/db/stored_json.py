"""JSON as any writer may have stored it: PostgreSQL has numbers and depths that Python has not."""

import json
from math import isfinite
from typing import Any, Final

DEEPEST: Final = 64
"""Levels of what we read, and of what we take from users."""
TRUNCATED: Final = {"truncated": True}
"""In place of what is nested more deeply, or too large for a list."""


def read_json(stored: str | bytes) -> Any:  # noqa: ANN401 - JSON is anything
    """What stored JSON means. Numbers that Python cannot hold are text, as they are written."""
    text = stored if isinstance(stored, str) else stored.decode()
    try:
        value = _decoded(text)
    except RecursionError:
        return {**TRUNCATED}
    # Most are known to be flat without a look at what they mean.
    is_flat = text.count("[") + text.count("{") <= DEEPEST
    return value if is_flat or not _is_deeper(value, DEEPEST) else {**TRUNCATED}


def _decoded(text: str) -> Any:  # noqa: ANN401 - JSON is anything
    try:
        return _USUAL.decode(text)
    except ValueError:  # a whole number of thousands of digits: what is stored is valid otherwise
        return _WITH_LONG_NUMBERS.decode(text)


def _is_deeper(value: Any, levels: int) -> bool:  # noqa: ANN401 - JSON is anything
    inner = [value]
    for _ in range(levels + 1):
        inner = [one for each in inner for one in _members(each)]
    return bool(inner)


def _members(value: Any) -> Any:  # noqa: ANN401 - JSON is anything
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _fraction(written: str) -> float | str:
    value = float(written)
    return value if isfinite(value) else written


def _whole(written: str) -> int | str:
    try:
        return int(written)
    except ValueError:
        return written


_USUAL: Final = json.JSONDecoder(parse_float=_fraction)
_WITH_LONG_NUMBERS: Final = json.JSONDecoder(parse_float=_fraction, parse_int=_whole)
