"""Rows of known collections, unpacked to the usual columns; what is in a row chooses its layout."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from genonaut.content.rules import InvalidValueError
from genonaut.ingest.open_prompts import open_prompts
from genonaut.ingest.programs import generation
from genonaut.ingest.programs.by_name import settings_and_others
from genonaut.ingest.programs.written import json_object
from genonaut.ingest.values import json_object as strict_json_object

Fields = Mapping[str, object]
Layout = Callable[[Fields], Fields | None]
"""Returns the row with the usual columns; None if it is a row of another layout."""

# Where a prompt may be, if there is no column `prompt`: in the settings that a program wrote.
_WITHIN: Final = ("meta", "parameters", "params", "metadata", "generation")
PROMPT_COLUMNS: Final = frozenset({"prompt", "meta", "parameters"})
"""A table has to have one of these."""

_DIFFUSIONDB_NAMES = {
    "image_name": "content_data",
    "user_name": "creator",
    "timestamp": "created_at",
    "step": "steps",
    "cfg": "cfg_scale",
}
_DIFFUSIONDB_SAMPLERS = dict(
    enumerate(
        (
            *("ddim", "plms", "k_euler", "k_euler_ancestral", "k_heun", "k_dpm_2"),
            *("k_dpm_2_ancestral", "k_lms"),
        ),
        1,
    )
)


def unpacked(fields: Fields) -> Fields:
    """The row with the usual columns.

    Raises:
        InvalidValueError: it has a layout that we know, with something else in it.
    """
    found = (layout(fields) for layout in (open_prompts, diffusiondb, within_settings))
    return next((row for row in found if row is not None), fields)


def diffusiondb(fields: Fields) -> Fields | None:
    """DiffusionDB: https://github.com/poloclub/diffusiondb."""
    if not fields.keys() >= {"image_name", "part_id", "prompt"}:
        return None
    row = {_DIFFUSIONDB_NAMES.get(name, name): value for name, value in fields.items()}
    code = row.get("sampler")
    named = {str(number): sampler for number, sampler in _DIFFUSIONDB_SAMPLERS.items()}
    return row | {"sampler": named.get(str(code), code)}


def within_settings(fields: Fields) -> Fields | None:
    """A prompt within the settings of the program, as in the API of Civitai."""
    if "raw_data" in fields or fields.get("prompt"):
        return None
    for name in _WITHIN:
        if found := _settings(fields.get(name)):
            prompt = found.pop("prompt")
            given = (
                {} if name == "metadata" else strict_json_object(fields.get("metadata"), "metadata")
            )
            rest = {column: value for column, value in fields.items() if column != name}
            usual = {
                "created_at": rest.pop("createdat", None),
                "content_data": rest.pop("url", None),
            }
            return usual | rest | {"prompt": prompt, "metadata": found | given}
    if "prompt" in fields:
        return None
    places = ", ".join(f"`{name}`" for name in _WITHIN)
    raise InvalidValueError(f"no prompt: it is looked for in `prompt`, and within {places}")


def _settings(value: object) -> dict[str, Any] | None:
    """Prompt and settings, of an object or of a text; None if there is no prompt."""
    document = json_object(value) if isinstance(value, str) else value
    if isinstance(document, dict) and document:
        if isinstance(inner := document.get("meta"), dict):
            document = inner
        named, others = settings_and_others(document)
        return others | named if "prompt" in named else None
    found = generation({"parameters": value}) if isinstance(value, str) else {}
    return found if found.get("prompt") else None
