"""The relatives of AUTOMATIC1111: who wrote the lines, and their ways to name LoRAs."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from genonaut.ingest.programs.typed import lora
from genonaut.ingest.programs.written import number

_BY_VERSION = (
    (re.compile(r"comfy", re.IGNORECASE), "ComfyUI"),
    (re.compile(r"fooocus", re.IGNORECASE), "Fooocus"),
    (re.compile(r"easy diffusion", re.IGNORECASE), "Easy Diffusion"),
    (re.compile(r"f\d.*RC-latest"), "reForge"),
    (re.compile(r"f\d|neo|classic"), "Forge"),
)
_LORA_TYPES = {"lora", "locon", "lycoris", "dora"}


def program(found: Mapping[str, Any]) -> str:
    """The program that wrote these settings."""
    if "app" in found:
        return str(found["app"])
    if "civitai_resources" in found:
        return "Civitai"
    version = str(found.get("version", ""))
    named = (name for pattern, name in _BY_VERSION if pattern.match(version))
    return next(named, "AUTOMATIC1111")


def loras(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Those beside the prompt: with hashes, with weights, or as resources of Civitai."""
    weights = dict(_pairs(found.get("lora_weights")))
    named = [name for name, _ in (*_pairs(found.get("lora_hashes")), *weights.items())]
    beside = [lora(name, weights.get(name)) for name in dict.fromkeys(named)]
    return beside or list(_resources(found.get("civitai_resources")))


def _pairs(written: object) -> Iterator[tuple[str, object]]:
    if isinstance(written, dict):
        yield from ((str(name), value) for name, value in written.items())
    for part in written.split(",") if isinstance(written, str) else ():
        name, colon, value = part.rpartition(":")
        if colon and name.strip():
            yield name.strip(), number(value.strip())


def _resources(written: object) -> Iterator[dict[str, Any]]:
    for each in written if isinstance(written, list) else ():
        if isinstance(each, dict) and str(each.get("type")).lower() in _LORA_TYPES:
            yield lora(each.get("modelName", each.get("name")), each.get("weight"))
