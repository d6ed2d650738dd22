"""Settings that stand under names: those of programs are brought to ours."""

from collections.abc import Mapping
from typing import Any

from genonaut.content.rules import InvalidValueError
from genonaut.ingest.programs.left import Left, Settings
from genonaut.ingest.programs.typed import lora
from genonaut.ingest.programs.written import looks_like_data, number

# Our names, and those of programs, in lower case and without blanks, hyphens and underscores.
_NAMES = {
    "prompt": ("positiveprompt", "prompt"),
    "negative_prompt": ("negativeprompt", "uc", "negative"),
    "seed": ("seed", "noiseseed"),
    "steps": ("steps", "numinferencesteps", "numsteps", "numstep", "step"),
    "cfg_scale": ("cfgscale", "guidancescale", "cfg", "scale", "guidance"),
    "sampler": ("samplername", "sampler"),
    "scheduler": ("scheduler", "noiseschedule", "schedulername", "scheduletype"),
    "model": (
        *("model", "modelname", "basemodelname", "basemodel", "modelweights"),
        *("usestablediffusionmodel", "stablediffusionmodel"),
    ),
    "model_hash": ("modelhash", "basemodelhash"),
    "width": ("width", "imagewidth"),
    "height": ("height", "imageheight"),
}
_TEXTS = ("prompt", "negative_prompt", "model_hash")
_FEWEST_SETTINGS = 2


def settings(found: Mapping[str, Any]) -> Settings:
    """Those settings that have a name of ours."""
    plain = {_plain(name): value for name, value in found.items()}
    named = {
        ours: next(filter(None, (_value(ours, plain.get(name)) for name in theirs)), None)
        for ours, theirs in _NAMES.items()
    }
    return {name: value for name, value in named.items() if value is not None}


def settings_and_others(found: Mapping[str, Any]) -> tuple[Settings, Settings]:
    """Those that have a name of ours, and the rest under their own names."""
    ours = {name for names in _NAMES.values() for name in names}
    return settings(found), {
        name: value for name, value in found.items() if _plain(name) not in ours
    }


def named_in_json(left: Left) -> Settings | None:
    """Any JSON with the usual names."""
    for document in left.objects.values():
        found = settings(document)
        if "prompt" in found and len(found) > _FEWEST_SETTINGS:
            program = document.get("software", document.get("app"))
            return found | {"loras": loras(document.get("loras")), "program": program}
    return None


def loras(written: object) -> list[dict[str, Any]]:
    """LoRAs from a list, in which each is a name, a name with a weight, or an object."""
    return [lora(*_lora(each)) for each in (written if isinstance(written, list) else [])]


def with_prompt(found: Settings) -> Settings:
    """The settings of a program that always writes a prompt.

    Raises:
        InvalidValueError: they have none.
    """
    if "prompt" not in found:
        raise InvalidValueError("prompt is empty")
    return found


def _lora(each: object) -> tuple[object, object]:
    if isinstance(each, dict):
        named = next((each[name] for name in ("model", "lora", "name") if name in each), None)
        if isinstance(named, dict):
            named = named.get("name", named.get("model_name"))
        return named, each.get("weight", each.get("strength"))
    if isinstance(each, list) and len(each) > 1:
        # Fooocus also writes whether it is switched on, in front.
        name, weight = each[1:3] if isinstance(each[0], bool) and len(each) > 2 else each[:2]  # noqa: PLR2004
        return name, weight
    return each, None


def _plain(name: object) -> str:
    return str(name).lower().translate({ord(mark): None for mark in " -_"})


def _value(ours: str, value: object) -> object:
    if isinstance(value, dict) and ours == "model":
        value = value.get("name") or value.get("model_name")
    if isinstance(value, str):
        return _typed_text(value) if ours in _TEXTS else number(value.strip())
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and ours not in _TEXTS else None


def _typed_text(value: str) -> str:
    """Text, if it is not a graph or other data under the name of a prompt."""
    return "" if looks_like_data(value) else value.strip()
