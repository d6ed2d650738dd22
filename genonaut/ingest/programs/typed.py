"""Settings in one form, whichever program wrote them: numbers as numbers, names without folders."""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from genonaut.content.rules import InvalidValueError, check_storable
from genonaut.ingest.programs.written import number

_WHOLE = ("seed", "steps", "width", "height")
_NUMBERS = ("cfg_scale",)
_NAMES = ("sampler", "scheduler", "model_hash", "program")
_FILE_TYPE = re.compile(r"\.(?:safetensors|ckpt|gguf|sft|pth?|bin|onnx)$", re.IGNORECASE)
_LORA = re.compile(r"<(?:lora|lyco|locon):([^:<>\n]{1,200})(?::([^<>\n]{0,200}))?>", re.IGNORECASE)
_MOST_LORAS = 100


def typed(found: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that can be stored; one that cannot is no reason to refuse a picture."""
    settings = dict(found)
    settings |= {name: _whole(settings.get(name)) for name in _WHOLE}
    settings |= {name: _number(settings.get(name)) for name in _NUMBERS}
    settings |= {name: _name(settings.get(name)) for name in _NAMES}
    settings["model"] = file_name(settings.get("model"))
    settings["loras"] = _loras(settings)
    return {name: value for name, value in settings.items() if _can_be_kept(value)}


def file_name(value: object) -> str | None:
    """A model's name as a person knows it: without folders and the type of its file."""
    name = _name(value)
    return _FILE_TYPE.sub("", re.split(r"[\\/]", name)[-1]).strip() if name else None


def lora(name: object, weight: object = None) -> dict[str, Any]:
    """A LoRA as it is stored; the weight is None if it is not known."""
    return {"name": file_name(name), "weight": _number(weight)}


def _loras(settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Those that the reader found, and those in the prompt, each once."""
    found: dict[str, dict[str, Any]] = {}
    for each in (*_in_prompt(str(settings.get("prompt", ""))), *_read(settings.get("loras"))):
        name = each["name"]
        if name and name not in {"None", "none"} and len(found) < _MOST_LORAS:
            known = found.setdefault(name, each)
            if known["weight"] is None:
                known["weight"] = each["weight"]
    return list(found.values())


def _read(given: object) -> list[dict[str, Any]]:
    """What `lora` made; a setting of a program that is called so is something else."""
    is_read = isinstance(given, list) and all(
        isinstance(each, dict) and each.keys() == {"name", "weight"} for each in given
    )
    return given if is_read and isinstance(given, list) else []


def _in_prompt(prompt: str) -> Iterator[dict[str, Any]]:
    for found in _LORA.finditer(prompt):
        weights = [number(part.strip()) for part in (found[2] or "1").split(":")]
        yield lora(found[1], next((each for each in weights if not isinstance(each, str)), None))


def _number(value: object) -> int | float | None:
    if isinstance(value, str):
        value = number(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value


def _whole(value: object) -> int | None:
    found = _number(value)
    return int(found) if found is not None and found == int(found) else None


def _name(value: object) -> str | None:
    is_name = isinstance(value, str | int) and not isinstance(value, bool)
    return str(value).strip() or None if is_name else None


def _can_be_kept(value: object) -> bool:
    """ComfyUI writes NaN for what it cannot tell."""
    try:
        check_storable(value, "")
    except InvalidValueError:
        return False
    return value not in (None, "", [])
