"""The generation data that AUTOMATIC1111 and ComfyUI write into their PNG files."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

Node = Mapping[str, Any]

# As AUTOMATIC1111 itself reads it: `Steps: 20, Sampler: Euler a, Lora hashes: "a: 1, b: 2"`.
_SETTING = re.compile(r'\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)')
_FEWEST_SETTINGS = 3
_NEGATIVE = re.compile(r"^Negative prompt:", re.MULTILINE)
_SIZE = re.compile(r"(\d{1,9})x(\d{1,9})")
# A hash such as 0012ab or 0012 is not a number.
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,17})(\.\d{1,18})?")

_COMFYUI_NAMES = {
    "seed": "seed",
    "noise_seed": "seed",
    "steps": "steps",
    "cfg": "cfg_scale",
    "sampler_name": "sampler",
    "scheduler": "scheduler",
    "ckpt_name": "model",
    "unet_name": "model",
}
_TEXT_INPUTS = ("text", "text_g", "t5xxl", "clip_l", "text_l", "prompt", "string", "value")
# The inputs that a prompt leads to; a Flux sampler has a guider with one conditioning, and no
# negative prompt.
_POSITIVE_INPUTS = ("positive", "guider", "conditioning")
_NEGATIVE_INPUTS = ("negative",)


def from_automatic1111(parameters: str) -> dict[str, Any]:
    """Prompt and settings of a `parameters` text.

    The text is the prompt, then `Negative prompt: ...`, then one line of settings. The last two may
    be missing, and both prompts may have several lines.
    """
    lines = parameters.strip().splitlines()
    settings = _SETTING.findall(lines[-1]) if lines else []
    if len(settings) < _FEWEST_SETTINGS:
        settings = []
    prompts = _NEGATIVE.split("\n".join(lines[:-1] if settings else lines), maxsplit=1)
    found = dict(_setting(name, value) for name, value in settings)
    if size := _SIZE.fullmatch(str(found.pop("size", ""))):
        found |= {"width": int(size[1]), "height": int(size[2])}
    negative = prompts[1].strip() if len(prompts) > 1 else ""
    return {**found, "prompt": prompts[0].strip(), "negative_prompt": negative}


def _setting(name: str, value: str) -> tuple[str, Any]:
    return name.strip().lower().replace(" ", "_"), _number(_unquoted(value.strip()))


def _unquoted(text: str) -> str:
    """Values that contain a comma or a colon are written as JSON strings."""
    if len(text) < len('""') or text[0] != '"' or text[-1] != '"':
        return text
    try:
        return str(json.loads(text))
    except ValueError:
        return text


def _number(text: str) -> int | float | str:
    if not (number := _NUMBER.fullmatch(text)):
        return text
    return float(text) if number[1] else int(text)


def from_comfyui(document: str) -> dict[str, Any]:
    """Prompt and settings of a `prompt` text: the graph of nodes that made the image.

    The prompt is the text that leads into a sampler's `positive` input; empty if there is none.

    Raises:
        ValueError: it is not a JSON object.
        RecursionError: it is nested too deeply.
    """
    graph = json.loads(document)
    if not isinstance(graph, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - the text's value is wrong
    nodes = {key: inputs for key, node in graph.items() if (inputs := _inputs(node))}
    found: dict[str, Any] = {}
    for node in nodes.values():
        for name, ours in _COMFYUI_NAMES.items():
            if isinstance(node.get(name), str | int | float):
                found.setdefault(ours, node[name])
    return {
        **found,
        "prompt": _prompt(nodes, _POSITIVE_INPUTS, avoided="negative"),
        "negative_prompt": _prompt(nodes, _NEGATIVE_INPUTS, avoided="positive"),
    }


def _inputs(node: object) -> Node:
    inputs = node.get("inputs") if isinstance(node, dict) else None
    return inputs if isinstance(inputs, dict) else {}


def _prompt(nodes: Mapping[str, Node], entrances: tuple[str, ...], avoided: str) -> str:
    links = (node[name] for name in entrances for node in nodes.values() if name in node)
    texts = (_text_behind(nodes, link, avoided) for link in links)
    return next(filter(None, texts), "")


def _text_behind(nodes: Mapping[str, Node], link: object, avoided: str) -> str:
    """The nearest text up the graph, never through the inputs that lead to the other prompt."""
    if isinstance(link, str):
        return link.strip()
    pending, seen = [link], set()
    while pending:
        key = _linked_node(pending.pop())
        if key is None or key in seen:
            continue
        seen.add(key)
        node = nodes.get(key, {})
        if text := next(_texts(node), ""):
            return text
        # Last in, first out: a text input that is a link itself is followed before the rest.
        pending += [value for name, value in node.items() if name not in (avoided, *_TEXT_INPUTS)]
        pending += [node[name] for name in reversed(_TEXT_INPUTS) if name in node]
    return ""


def _texts(node: Node) -> Iterator[str]:
    for name in _TEXT_INPUTS:
        if isinstance(node.get(name), str) and node[name].strip():
            yield node[name].strip()


def _linked_node(link: object) -> str | None:
    """The key of the node that a link, `[key, output]`, comes from."""
    return str(link[0]) if isinstance(link, list) and link else None
