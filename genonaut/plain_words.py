"""What is wrong with a value, in plain words: one sentence for each kind of fault.

The framework's own messages name its classes and its parser, so none of them is passed on. Only
what we raise ourselves has its sentence already.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from pydantic_core import ErrorDetails

_TRUE_OR_FALSE: Final = "It should be true or false"
_WHOLE: Final = "It should be a whole number"
_OBJECT: Final = "It should be an object"
_UUID: Final = "It should be a UUID, as in 0b5e0c3e-6a0f-4c55-9f3a-0f6e1f4f7a10"

SENTENCES: Final = {
    "bool_parsing": _TRUE_OR_FALSE,
    "bool_type": _TRUE_OR_FALSE,
    "datetime_from_date_parsing": "It should be a date and time, as in 2026-11-22T15:04:05Z",
    "dict_type": _OBJECT,
    "extra_forbidden": "It is not a field of this request",
    "finite_number": "It should be a finite number",
    "float_type": "It should be a number",
    "greater_than_equal": "It should be {ge:,} or more",
    "int_from_float": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": "It has too many digits",
    "int_type": _WHOLE,
    "json_invalid": "It is not valid JSON",
    "less_than_equal": "It should be {le:,} or less",
    "list_type": "It should be an array",
    "literal_error": "It should be {expected}",
    "missing": "It is missing",
    "model_attributes_type": _OBJECT,
    "string_too_long": "It should have at most {max_length:,} characters",
    "string_too_short": "It should have at least {min_length:,} characters",
    "string_type": "It should be text",
    "string_unicode": "It should be text in UTF-8",
    "timezone_aware": "It should have an offset from UTC, as in 2026-11-22T15:04:05Z",
    "too_long": "It should have at most {max_length:,} members",
    "too_short": "It should have at least {min_length:,} members",
    "uuid_parsing": _UUID,
    "uuid_type": _UUID,
}
"""The kinds that the API's schemas can produce, each with the limits that its context has."""

OF_SETTINGS: Final = SENTENCES | {
    "float_parsing": "It should be a number",
    "greater_than": "It should be more than {gt:,}",
    "less_than": "It should be less than {lt:,}",
    "model_type": _OBJECT,
    "string_pattern_mismatch": "It should match the pattern '{pattern}'",
}
"""Those that the settings can produce as well."""

_OURS: Final = {"value_error", "unknown_parameter"}
_ONE: Final = re.compile(r"\b1 (character|member)s\b")
_POSITION: Final = re.compile(r"line (\d+) column (\d+)$")


def in_plain_words(
    error: ErrorDetails,
    sentences: Mapping[str, str] = SENTENCES,
    otherwise: str = "It is not what this request takes",
) -> str:
    """What is wrong with the value of an error. No stop at the end: more may follow."""
    if error["type"] in _OURS:
        return error["msg"].removeprefix("Value error, ")
    context: dict[str, Any] = error.get("ctx", {})
    words = sentences.get(error["type"], otherwise)
    return _ONE.sub(r"1 \1", words.format(**context))


def where_json_ends(message: str) -> str:
    """Where a text stops being JSON, from the parser's message."""
    found = _POSITION.search(message)
    if not found:
        return "it cannot be read"
    what = "it ends too early," if message.startswith("EOF") else "something else is expected"
    return f"{what} at line {found[1]}, column {found[2]}"
