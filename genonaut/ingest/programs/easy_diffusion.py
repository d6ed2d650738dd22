"""Easy Diffusion: a text for each setting, or all of them in one JSON."""

from collections.abc import Mapping
from typing import Any

from genonaut.content.rules import InvalidValueError
from genonaut.ingest.programs.by_name import settings
from genonaut.ingest.programs.left import Left, Settings
from genonaut.ingest.programs.typed import lora
from genonaut.ingest.programs.written import looks_like_data, number


def easy_diffusion(left: Left) -> Settings | None:
    """Known by the prompt that is a text of its own."""
    found = settings(left.texts)
    if "prompt" not in found or looks_like_data(found["prompt"]):
        return None
    if len(found) == 1:
        raise InvalidValueError("a text `prompt` without any setting: it may be something else")
    return found | {"loras": _loras(left.texts)}


def in_json(left: Left) -> Settings | None:
    """The same settings in one object, as in its JPEG files."""
    for document in (
        *left.with_key("prompt", "use_stable_diffusion_model"),
        *left.with_key("prompt", "num_inference_steps"),
    ):
        found = settings(document)
        if "prompt" in found:
            return found | {"loras": _loras(document)}
    return None


def _loras(texts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One name and one weight, or two lists."""
    names = _listed(texts.get("use_lora_model", texts.get("LoRA model")))
    weights = _listed(texts.get("lora_alpha", texts.get("LoRA weight")))
    weights += [""] * (len(names) - len(weights))
    return [lora(name, number(weight)) for name, weight in zip(names, weights, strict=False)]


def _listed(written: object) -> list[str]:
    parts = str(written or "").strip("[] ").split(",")
    return [part.strip(" '\"") for part in parts if part.strip(" '\"")]
