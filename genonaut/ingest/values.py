"""One value of a row: what is accepted, and the reason if it is not.

Values from CSV are text, values from JSON can be anything. None and empty text mean "not given".
"""

import json
import math
from typing import Any

from genonaut.content.rules import InvalidValueError, check_text
from genonaut.db.schema import PARTITIONS, REGULAR

# Every name of a source that an import accepts, with its partition.
NAMED = PARTITIONS | {"items": PARTITIONS[REGULAR]}


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
