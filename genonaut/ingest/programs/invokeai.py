"""InvokeAI in its three generations: dream strings, `sd-metadata`, and `invokeai_metadata`."""

import re
from typing import Any

from genonaut.ingest.programs.by_name import loras, settings, with_prompt
from genonaut.ingest.programs.left import Left, Settings
from genonaut.ingest.programs.written import number

_DREAM = re.compile(
    r'\s*(?:dream>\s*|invoke>\s*)?"((?:[^"\\]|\\.)*)"((?:\s+-{1,2}\w+[ =]?[^\s-]?\S*)+)\s*'
)
_OPTION = re.compile(r"-{1,2}([A-Za-z_]+)[ =]?(-?[^\s-]\S*)")
_OPTIONS = {
    "s": "steps", "steps": "steps", "S": "seed", "seed": "seed", "C": "cfg_scale",
    "cfg_scale": "cfg_scale", "W": "width", "width": "width", "H": "height", "height": "height",
    "A": "sampler", "sampler": "sampler",
}  # fmt: skip
_IN_BRACKETS = re.compile(r"\[([^\[\]]*)\]\s*$")
_FEWEST_OPTIONS = 2


def invokeai(left: Left) -> Settings | None:
    """The newest that there is."""
    documents = [*left.with_key("positive_prompt", "app_version")]
    if "invokeai_metadata" in left.texts:
        documents.append(left.objects.get("invokeai_metadata", {}))
    for document in documents:
        return _new(document)
    for document in left.with_key("image", "app_id"):
        return _second(document)
    for document in left.with_key("image", "model_weights"):
        return _second(document)
    return next(filter(None, map(_dream, left.texts.values())), None)


def _new(document: dict[str, Any]) -> Settings:
    """InvokeAI calls its sampler a scheduler."""
    found = settings(document)
    return with_prompt(
        found | {"sampler": found.pop("scheduler", None), "loras": loras(document.get("loras"))}
    )


def _second(document: dict[str, Any]) -> Settings | None:
    image = document["image"]
    if not isinstance(image, dict):
        return None
    prompt = image.get("prompt")
    if isinstance(prompt, list):
        parts = [part.get("prompt") for part in prompt if isinstance(part, dict)]
        prompt = "\n".join(part for part in parts if isinstance(part, str))
    found = settings(document) | settings(image | {"prompt": prompt})
    return _without_brackets(with_prompt(found))


def _dream(text: str) -> Settings | None:
    """A prompt in quotes with options behind it, as it was typed at InvokeAI's command line."""
    if not (dream := _DREAM.fullmatch(text[:50_000])):
        return None
    options = {
        _OPTIONS[name]: number(value)
        for name, value in _OPTION.findall(dream[2])
        if name in _OPTIONS
    }
    prompt = re.sub(r"\\(.)", r"\1", dream[1]).strip()
    if len(options) < _FEWEST_OPTIONS or not prompt:
        return None
    return _without_brackets({"prompt": prompt, **options})


def _without_brackets(found: Settings) -> Settings:
    """In those days the negative prompt stood in brackets behind the prompt."""
    if negative := _IN_BRACKETS.search(found["prompt"]):
        prompt = found["prompt"][: negative.start()].strip()
        if prompt:
            return found | {"prompt": prompt, "negative_prompt": negative[1].strip()}
    return found
