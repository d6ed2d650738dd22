"""LoRAs in ComfyUI's graph: loaders of one, and stacks of many, of many makers."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from genonaut.ingest.programs.comfyui_graph import Graph, Node
from genonaut.ingest.programs.typed import lora

# lora_name, lora_name_1, lora_01, lora_1_name, lora1
_NAME = re.compile(r"lora(?:_name)?_?(\d{0,3})(?:_name)?")
_WEIGHTS = ("strength_model", "lora_model_strength", "model_strength", "strength", "lora_strength",
            "model_str", "model_weight", "lora_wt", "lora_weight", "weight")  # fmt: skip
_IN_TEXT = re.compile(r"<lora:([^:<>]{1,200}):([\d.+-]{1,20})[^<>]{0,100}>", re.IGNORECASE)
_OFF = (False, "off", "Off", "false", "False")


def loras(graph: Graph, nodes: Iterable[Node]) -> list[dict[str, Any]]:
    """Those of the nodes, in the order of the nodes."""
    return [each for node in nodes for each in _of(graph, node)]


def _of(graph: Graph, node: Node) -> Iterator[dict[str, Any]]:
    if "lora" not in node.kind and not any("lora" in name for name in node.inputs):
        return
    most = graph.scalar(node.inputs.get("lora_count", node.inputs.get("num_loras")))
    for name, value in node.inputs.items():
        found = _NAME.fullmatch(name)
        if found and isinstance(most, int) and found[1] and int(found[1]) > most:
            continue
        if _has_objects(value):
            yield from _of_objects(value)
        elif found and isinstance(text := graph.scalar(value), str) and text:
            yield from _single(graph, node, text, found[1])
        elif "lora" in node.kind and name in {"text", "lora_syntax"} and isinstance(value, str):
            yield from (lora(each[1], each[2]) for each in _IN_TEXT.finditer(value))


def _single(graph: Graph, node: Node, name: str, number: str) -> Iterator[dict[str, Any]]:
    switches = (f"switch_{number}", f"enabled_{number}", f"lora_{number}_on", "toggle", "switch")
    if any(switch in node.inputs and node.inputs[switch] in _OFF for switch in switches):
        return
    # A stack that has both uses one weight for model and text in its simple mode.
    is_simple = node.inputs.get("input_mode") == "simple"
    weights = (
        graph.scalar(node.inputs[each])
        for weight in (("lora_wt", *_WEIGHTS) if is_simple else _WEIGHTS)
        for each in _numbered(weight, number)
        if each in node.inputs
    )
    yield lora(name, next(weights, None))


def _numbered(weight: str, number: str) -> tuple[str, ...]:
    """strength_model_1, strength_01, lora_1_strength."""
    if not number:
        return (weight,)
    return (f"{weight}_{number}", f"{weight}{number}", f"lora_{number}_{weight}")


def _has_objects(value: object) -> bool:
    if isinstance(value, list):
        return bool(value) and isinstance(value[0], dict)
    return isinstance(value, dict) and "content" not in value


def _of_objects(value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - JSON is anything
    """An object for each, as rgthree writes them, or a list of objects."""
    listed = value.get("__value__", [value]) if isinstance(value, dict) else value
    for each in listed if isinstance(listed, list) else []:
        is_lora = isinstance(each, dict) and ("lora" in each or "name" in each)
        if is_lora and each.get("on", each.get("active", True)) is True:
            yield lora(each.get("lora", each.get("name")), each.get("strength"))
