"""One value of a row: what is accepted, and the reason if it is not.

Values from CSV are text, values from JSON can be anything. None and empty text mean "not given".
"""

import json
import math
import re
from datetime import UTC, datetime
from typing import Any

from genonaut.content.rules import InvalidValueError, check_text
from genonaut.db.schema import PARTITIONS, REGULAR

# Every name of a source that an import accepts, with its partition.
NAMED = PARTITIONS | {"items": PARTITIONS[REGULAR]}

_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)
# Eight digits are a date, 20221104; as seconds they would be somewhere in 1970.
_UNIX_SECONDS = re.compile(r"(?!\d{8}$)-?\d+(\.\d+)?([eE]\+?\d+)?")


def text(value: object, name: str, limit: int | None = None) -> str:
    """Text without surrounding whitespace; at most `limit` characters."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise InvalidValueError(f"{name} is not text")
    stripped = str(value).strip()
    if limit is not None and len(stripped) > limit:
        raise InvalidValueError(f"{name} is longer than {limit:,} characters")
    check_text(stripped, name)
    return stripped


def timestamp(value: object, name: str) -> datetime | None:
    """A moment between 1970 and 2100, in UTC: ISO 8601 (without an offset: UTC) or unix seconds."""
    if value is None or value == "":
        return None
    try:
        moment = _moment(value)
    except (ValueError, OverflowError, OSError) as error:
        raise InvalidValueError(f"{name} is neither an ISO 8601 date nor unix seconds") from error
    if not _EARLIEST <= moment < _LATEST:
        raise InvalidValueError(
            f"{name} is not between 1970 and 2100 (unix time counts in seconds)"
        )
    return moment


def _moment(value: object) -> datetime:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError  # noqa: TRY004 - to the caller it is just another wrong value
    if not isinstance(value, str) or _UNIX_SECONDS.fullmatch(value.strip()):
        return datetime.fromtimestamp(float(value), UTC)
    moment = datetime.fromisoformat(value.strip())
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def number(value: object, name: str) -> float:
    """A finite number; 0 if it is not given."""
    if value is None or value == "":
        return 0.0
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InvalidValueError(f"{name} is not a number")
    try:
        result = float(value)
    except (ValueError, OverflowError) as error:
        raise InvalidValueError(f"{name} is not a number") from error
    if not math.isfinite(result):
        raise InvalidValueError(f"{name} is not a finite number")
    return result


def partition(value: object, default: str) -> str:
    """The partition of a source: `items` or `auto`."""
    name = text(value, "source").lower() or default
    if name not in NAMED:
        raise InvalidValueError("source is neither regular nor auto")
    return NAMED[name]


def json_object(value: object, name: str) -> dict[str, Any]:
    """A JSON object, given as such or as text; empty if it is not given."""
    if value is None or value == "":
        return {}
    parsed = parse_json(value, name) if isinstance(value, str) else value
    if not isinstance(parsed, dict):
        raise InvalidValueError(f"{name} is not a JSON object")
    return parsed


def parse_json(document: str, name: str) -> object:
    """JSON as the standard defines it: without NaN and Infinity."""
    try:
        return _STRICT_JSON.decode(document)
    except json.JSONDecodeError as error:
        raise InvalidValueError(f"{name} is not valid JSON: {error.msg}") from error
    except InvalidValueError:
        raise
    except ValueError as error:
        raise InvalidValueError(f"{name} contains a number that is too long") from error
    except RecursionError as error:
        raise InvalidValueError(f"{name} is nested too deeply") from error


def _refuse_constant(constant: str) -> None:
    raise InvalidValueError(f"{constant} is not valid JSON")


_STRICT_JSON = json.JSONDecoder(parse_constant=_refuse_constant)
