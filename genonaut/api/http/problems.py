"""What is wrong with a request: the framework's validation errors as sentences."""

import json
from collections.abc import Sequence

from pydantic_core import ErrorDetails

from genonaut.api.schemas.content import BODY_SHAPES
from genonaut.api.schemas.errors import FieldProblemOut
from genonaut.plain_words import in_plain_words, where_json_ends

MOST_PROBLEMS = 20
LONGEST_VALUE = 80
_WITHOUT_VALUE = {"missing", "json_invalid", "unknown_parameter"}


def detail(errors: Sequence[ErrorDetails]) -> str:
    """The first error as a sentence, and how many there are."""
    first = sentence(errors[0])
    return first if len(errors) == 1 else f"{first} This is the first of {len(errors)} faults."


def sentence(error: ErrorDetails) -> str:
    """One error as a sentence that names the field and its value."""
    field, reason = _field(error), in_plain_words(error)
    match error["type"]:
        case "json_invalid":
            return f"The body is not valid JSON: {where_json_ends(error['ctx']['error'])}."
        case "missing":
            return f"{field} is missing."
        case "extra_forbidden" | "unknown_parameter":
            return f"{field} {reason.removeprefix('It ')}."
        case _ if isinstance(error["input"], bytes):
            return "The body is not JSON: send it with the header Content-Type: application/json."
        case _:
            return f"{field} is wrong: {_shown(error['input'])}; {_in_a_sentence(reason)}."


def fields(errors: Sequence[ErrorDetails]) -> list[FieldProblemOut]:
    """The first `MOST_PROBLEMS` errors, for programs."""
    return [
        FieldProblemOut(field=_field(error), message=in_plain_words(error), value=_value(error))
        for error in errors[:MOST_PROBLEMS]
    ]


def _field(error: ErrorDetails) -> str:
    where, *parts = error["loc"]
    if error["type"] == "json_invalid":  # its location is a position in the text
        return str(where)
    steps = [
        f"[{part}]" if isinstance(part, int) else f".{part}"
        for part in parts
        if part not in BODY_SHAPES
    ]
    return "".join(steps).lstrip(".") or str(where)


def _in_a_sentence(reason: str) -> str:
    return reason[0].lower() + reason[1:] if reason[1:2].islower() else reason


def _value(error: ErrorDetails) -> str | None:
    return None if error["type"] in _WITHOUT_VALUE else _shown(error["input"])


def _shown(value: object) -> str:
    """A value of any type, short and printable."""
    if isinstance(value, dict | list):
        return f"an {'object' if isinstance(value, dict) else 'array'} of {len(value)}"
    if isinstance(value, bytes):
        value = value[:LONGEST_VALUE].decode(errors="backslashreplace")
    cut = value[:LONGEST_VALUE] if isinstance(value, str) else value
    text = json.dumps(cut, ensure_ascii=False, default=str)
    return text.encode(errors="backslashreplace").decode()[: LONGEST_VALUE + 2]
