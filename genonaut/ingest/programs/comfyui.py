"""ComfyUI: the sampler that made the picture, its settings, and the prompt that led into it."""

import re
from collections.abc import Iterator
from typing import Any

from genonaut.content.rules import InvalidValueError
from genonaut.ingest.programs.comfyui_editor import as_run, is_editor
from genonaut.ingest.programs.comfyui_graph import Graph, Node, graph_of
from genonaut.ingest.programs.comfyui_loras import loras
from genonaut.ingest.programs.comfyui_text import NEGATIVE, POSITIVE, TypedText
from genonaut.ingest.programs.left import Left, Settings, UntoldPromptError
from genonaut.ingest.programs.written import json_object, looks_like_data

_ENTRANCES = {
    POSITIVE: (
        *("positive", "guider", "conditioning", "text_embeds", "basic_pipe", "pipe"),
        *("positive_prompt", "prompt"),
    ),
    NEGATIVE: (
        *("negative", "neg_conditioning", "guider", "text_embeds", "basic_pipe", "pipe"),
        "negative_prompt",
    ),
}
# A node with one of these and with an entrance makes a picture of noise.
_SAMPLES = ("steps", "sampler_name", "sigmas", "noise")
# So does a node that asks a service.
_ASKS = (("prompt", "seed"), ("prompt", "noise_seed"))

_SETTINGS = {
    "seed": "seed",
    "noise_seed": "seed",
    "steps": "steps",
    "cfg": "cfg_scale",
    "sampler_name": "sampler",
    "scheduler": "scheduler",
    "ckpt_name": "model",
    "unet_name": "model",
    "base_ckpt_name": "model",
    "model_name": "model",
}
_DRAWN_BY_LOT = re.compile(r"\{[^{}]{0,1000}\|")
# Through these no picture comes.
_NO_PICTURE = re.compile(
    r"model|clip|vae|positive.*|negative.*|.*conditioning.*|cond\d?|.*text.*|.*prompt.*|string.*|"
    r"guider|noise|sigmas|sampler|seed|noise_seed|steps|cfg|control_net|.*embeds|mask"
)
# The settings are beside the sampler. The model comes through nodes that have others.
_NO_MODEL = re.compile(
    r"positive.*|negative.*|.*conditioning.*|cond\d?|.*text.*|.*prompt.*|string.*|"
    r".*latent.*|samples|.*image.*|pixels|mask|vae|clip|control_net"
)
_NO_SETTINGS = re.compile(f"model|{_NO_MODEL.pattern}")


def comfyui(left: Left) -> Settings | None:
    """The graph that was run, wherever it stands; else the editor's."""
    documents = [*left.objects.values(), *_inside(left)]
    for document in sorted(documents, key=is_editor):
        if (graph := graph_of(document)).nodes:
            return from_graph(graph)
        if is_editor(document):
            return from_editor(document)
    if looks_like_data(left.texts.get("prompt", "")):
        raise InvalidValueError("the generation data is not a ComfyUI graph")
    return None


def _inside(left: Left) -> Iterator[dict[str, Any]]:
    """Graphs within the object of a node that saves both in one text."""
    for document in left.objects.values():
        for name in ("prompt", "workflow", "extra_pnginfo"):
            inner = document.get(name)
            inner = json_object(inner) if isinstance(inner, str) else inner
            if isinstance(inner, dict):
                yield inner
                if isinstance(inner.get("workflow"), dict):
                    yield inner["workflow"]


def from_editor(document: dict[str, Any]) -> Settings:
    """Prompt and settings of a graph that was saved, and perhaps changed before it was run.

    Raises:
        InvalidValueError: the prompt cannot be told.
    """
    found = from_graph(graph_of(as_run(document)))
    if _DRAWN_BY_LOT.search(found["prompt"]):
        found |= {"prompt": "", "negative_prompt": ""}
        raise UntoldPromptError("only ComfyUI's workflow, whose prompt is drawn by lot", found)
    return found


def from_graph(graph: Graph) -> Settings:
    """Prompt and settings.

    Raises:
        UntoldPromptError: the prompt cannot be told: there is none, or there are several.
    """
    samplers = _first_samplers(graph)
    settings = _in_common([_settings(graph, sampler) for sampler in samplers])
    try:
        found = [_prompts(graph, sampler) for sampler in samplers]
    except InvalidValueError as error:
        raise UntoldPromptError(str(error), settings) from error
    if not found or not all(each["prompt"] for each in found):
        raise UntoldPromptError("prompt is empty", settings)
    if any(each != found[0] for each in found):
        reason = "a ComfyUI graph that makes several pictures of several prompts"
        raise UntoldPromptError(reason, settings)
    return settings | found[0]


def _in_common(found: list[Settings]) -> Settings:
    return {
        name: value
        for name, value in next(iter(found), {}).items()
        if all(each.get(name) == value for each in found)
    }


def _prompts(graph: Graph, sampler: Node) -> Settings:
    prompts = {
        side: next(map(TypedText(graph, side).behind, sampler.named(entrances)), "").strip()
        for side, entrances in _ENTRANCES.items()
    }
    return {"prompt": prompts[POSITIVE], "negative_prompt": prompts[NEGATIVE]}


def _settings(graph: Graph, sampler: Node) -> Settings:
    """The nearest of each, and never those of another sampler."""
    found: Settings = {}
    for without in (_NO_SETTINGS, _NO_MODEL):
        for node in (sampler, *_upstream(graph, sampler, without)):
            for theirs, ours in _SETTINGS.items():
                if theirs in node.inputs and (ours == "model") == (without is _NO_MODEL):
                    value = graph.scalar(node.inputs[theirs])
                    found.setdefault(ours, value)
    models = [sampler, *_upstream(graph, sampler, _NO_MODEL)]
    if used := loras(graph, reversed(models)):
        found["loras"] = used
    return found


def _first_samplers(graph: Graph) -> list[Node]:
    """Those that made the picture, and not those that went over it: detailers, refiners, upscalers.

    They lead to an output, and no other sampler leads to them; rather those that begin with nothing
    than those that begin with another picture.
    """
    samplers = [node for node in graph.nodes.values() if _is_sampler(node)]
    upstream = {sampler.key: _upstream(graph, sampler) for sampler in samplers}
    first = [each for each in samplers if not any(map(_is_sampler, upstream[each.key]))]
    seen = {node.key for output in _outputs(graph) for node in _upstream(graph, output)}
    first = [each for each in first if each.key in seen] or first
    return [
        each for each in first if any("empty" in node.kind for node in upstream[each.key])
    ] or first


def _is_sampler(node: Node) -> bool:
    has = node.inputs.keys()
    samples = not has.isdisjoint(_ENTRANCES[POSITIVE]) and not has.isdisjoint(_SAMPLES)
    return samples or any(has >= set(names) for names in _ASKS)


def _outputs(graph: Graph) -> list[Node]:
    for kind in ("save", "preview"):
        if found := [node for node in graph.nodes.values() if kind in node.kind]:
            return found
    return []


def _upstream(graph: Graph, start: Node, without: re.Pattern[str] = _NO_PICTURE) -> list[Node]:
    """The nodes that lead to this one, nearest first."""
    seen, pending = {start.key}, [start]
    found: list[Node] = []
    for node in pending:
        for name, value in node.inputs.items():
            linked = None if without.fullmatch(name) else graph.linked(value)
            if linked and linked.key not in seen:
                seen.add(linked.key)
                pending.append(linked)
                found.append(linked)
    return found
