"""Programs that write each setting under a name: SwarmUI, InvokeAI, NovelAI and their like."""

from collections.abc import Mapping
from typing import Any

from genonaut.content.rules import InvalidValueError
from genonaut.ingest.programs.written import json_object, looks_like_data, number

Texts = Mapping[str, str]
Settings = dict[str, Any]

# Our names, and those of programs, in lower case and without blanks, hyphens and underscores.
_NAMES = {
    "prompt": ("positiveprompt", "prompt"),
    "negative_prompt": ("negativeprompt", "uc"),
    "seed": ("seed", "noiseseed"),
    "steps": ("steps", "numinferencesteps", "numsteps", "numstep", "step"),
    "cfg_scale": ("cfgscale", "guidancescale", "cfg", "scale", "guidance"),
    "sampler": ("samplername", "sampler"),
    "scheduler": ("scheduler", "noiseschedule"),
    "model": (
        *("model", "modelname", "basemodel", "modelweights"),
        *("usestablediffusionmodel", "stablediffusionmodel"),
    ),
}
_TEXTS = ("prompt", "negative_prompt")
_JSON_TEXTS = ("parameters", "UserComment", "Comment", "prompt")
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


def swarmui(texts: Texts) -> Settings | None:
    """SwarmUI: JSON in the text where AUTOMATIC1111 writes its lines."""
    for name in _JSON_TEXTS:
        inner = json_object(texts.get(name)).get("sui_image_params")
        if isinstance(inner, dict):
            return _with_prompt(settings(inner))
    return None


def invokeai(texts: Texts) -> Settings | None:
    """InvokeAI, which calls its sampler a scheduler; and its second version."""
    if "invokeai_metadata" in texts:
        found = settings(json_object(texts["invokeai_metadata"]))
        return _with_prompt(found | {"sampler": found.pop("scheduler", None)})
    document = json_object(texts.get("sd-metadata"))
    image = document.get("image")
    if not isinstance(image, dict):
        return None
    prompt = image.get("prompt")
    if isinstance(prompt, list):
        parts = [part.get("prompt") for part in prompt if isinstance(part, dict)]
        image["prompt"] = "\n".join(part for part in parts if isinstance(part, str))
    return _with_prompt(settings(document) | settings(image))


def novelai(texts: Texts) -> Settings | None:
    """NovelAI: the prompt as plain text, the rest as JSON; its WebP has all of it in one JSON."""
    whole = json_object(texts.get("UserComment"))
    texts = {name: text for name, text in whole.items() if isinstance(text, str)} | dict(texts)
    if not texts.get("Software", texts.get("Source", "")).startswith("NovelAI"):
        return None
    comment = json_object(texts.get("Comment"))
    comment.setdefault("prompt", texts.get("Description"))
    for name, captions in (("prompt", "v4_prompt"), ("uc", "v4_negative_prompt")):
        comment[name] = _captions(comment.get(captions)) or comment.get(name)
    return _with_prompt(settings({"model": texts.get("Source")} | comment))


def named_in_json(texts: Texts) -> Settings | None:
    """Fooocus, Easy Diffusion's JPEG, and any other JSON with the usual names."""
    for name in _JSON_TEXTS:
        found = settings(json_object(texts.get(name)))
        if "prompt" in found and len(found) > _FEWEST_SETTINGS:
            return found
    return None


def easy_diffusion(texts: Texts) -> Settings | None:
    """Easy Diffusion: a text for each setting."""
    found = settings(texts)
    if "prompt" not in found or looks_like_data(found["prompt"]):
        return None
    if len(found) == 1:
        raise InvalidValueError("a text `prompt` without any setting: it may be something else")
    return found


def _with_prompt(found: Settings) -> Settings:
    if "prompt" not in found:
        raise InvalidValueError("prompt is empty")
    return found


def _plain(name: object) -> str:
    return str(name).lower().translate({ord(mark): None for mark in " -_"})


def _value(ours: str, value: object) -> object:
    if isinstance(value, dict) and ours == "model":
        value = value.get("name") or value.get("model_name")
    if isinstance(value, str):
        return value.strip() if ours in _TEXTS else number(value.strip())
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and ours not in _TEXTS else None


def _captions(written: object) -> str:
    """A prompt of NovelAI 4: one text for the whole, and one for each character."""
    caption = written.get("caption") if isinstance(written, dict) else None
    if not isinstance(caption, dict):
        return ""
    characters = caption.get("char_captions")
    parts = [caption.get("base_caption")] + [
        part.get("char_caption")
        for part in (characters if isinstance(characters, list) else [])
        if isinstance(part, dict)
    ]
    return "\n".join(part.strip() for part in parts if isinstance(part, str) and part.strip())
