"""ComfyUI's workflow, as its editor saves it, made into the graph that it would run.

Values stand in a list without names, links in a list of their own. Nodes may be muted or bypassed,
and a node may stand for a whole subgraph.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from genonaut.content.rules import InvalidValueError

_MUTED: Final = 2
_BYPASSED: Final = 4
_AFTER_SEED: Final = ("fixed", "increment", "decrement", "randomize")
_SEEDS: Final = ("seed", "noise_seed")
_ENTRY, _EXIT = "-10", "-20"
_MOST_NODES: Final = 5_000
_DEEPEST: Final = 8
# Names of values in order, for files from before the editor wrote them.
_VALUES: Final[dict[str, tuple[str, ...]]] = {
    "KSampler": ("seed", "steps", "cfg", "sampler_name", "scheduler", "denoise"),
    "KSamplerAdvanced": (
        *("add_noise", "noise_seed", "steps", "cfg", "sampler_name", "scheduler"),
        *("start_at_step", "end_at_step", "return_with_leftover_noise"),
    ),
    "CLIPTextEncode": ("text",),
    "CLIPTextEncodeSDXL": (
        *("width", "height", "crop_w", "crop_h", "target_width", "target_height"),
        *("text_g", "text_l"),
    ),
    "CLIPTextEncodeFlux": ("clip_l", "t5xxl", "guidance"),
    "CheckpointLoaderSimple": ("ckpt_name",),
    "UNETLoader": ("unet_name", "weight_dtype"),
    "UnetLoaderGGUF": ("unet_name",),
    "LoraLoader": ("lora_name", "strength_model", "strength_clip"),
    "LoraLoaderModelOnly": ("lora_name", "strength_model"),
    "EmptyLatentImage": ("width", "height", "batch_size"),
    "EmptySD3LatentImage": ("width", "height", "batch_size"),
    "RandomNoise": ("noise_seed",),
    "BasicScheduler": ("scheduler", "steps", "denoise"),
    "KSamplerSelect": ("sampler_name",),
    "CFGGuider": ("cfg",),
    "FluxGuidance": ("guidance",),
    "PrimitiveNode": ("value",),
    "PrimitiveString": ("value",),
    "PrimitiveStringMultiline": ("value",),
    "PrimitiveInt": ("value",),
    "StringConcatenate": ("string_a", "string_b", "delimiter"),
}
_Link = tuple[str, int]
_Document = Mapping[str, Any]


def is_editor(document: _Document) -> bool:
    """Whether an object is a workflow of the editor."""
    return isinstance(document.get("nodes"), list) and isinstance(document.get("links"), list)


def as_run(document: _Document) -> dict[str, Any]:
    """The graph in the form in which it is run.

    Raises:
        InvalidValueError: it is too large, or its subgraphs are too deep.
    """
    return _Editor(document).run()


class _Editor:
    """A workflow with its subgraphs, each put in the place of its node."""

    def __init__(self, document: _Document) -> None:
        definitions = _object(document.get("definitions")).get("subgraphs")
        self._subgraphs = {
            str(each.get("id")): each for each in _objects(definitions) if is_editor(each)
        }
        self._nodes: dict[str, _Document] = {}
        self._set: dict[object, str] = {}
        self._links: dict[tuple[str, int], _Link] = {}
        self._add(document, "", 0)

    def run(self) -> dict[str, Any]:
        found = {}
        for key, node in self._nodes.items():
            if node.get("mode") not in (_MUTED, _BYPASSED) and not self._is_nested(node):
                given = {
                    str(socket.get("name")): source
                    for place, socket in enumerate(_objects(node.get("inputs")))
                    if (source := self._source((key, place))) is not None
                }
                inputs = _values(node) | given
                found[key] = {"class_type": str(node.get("type", "")), "inputs": inputs}
        return found

    def _add(self, graph: _Document, prefix: str, depth: int) -> None:
        if depth > _DEEPEST or len(self._nodes) > _MOST_NODES:
            raise InvalidValueError("a ComfyUI workflow with too many nodes")
        for node in _objects(graph.get("nodes")):
            key = f"{prefix}{node.get('id')}"
            self._nodes[key] = node
            if node.get("type") == "SetNode":
                self._set[_first_value(node)] = key
            if self._is_nested(node) and node.get("mode") != _BYPASSED:
                self._add(self._subgraphs[str(node["type"])], f"{key}:", depth + 1)
        for origin, output, target, place in _links(graph):
            self._links[f"{prefix}{target}", place] = (f"{prefix}{origin}", output)

    def _is_nested(self, node: _Document) -> bool:
        return str(node.get("type")) in self._subgraphs

    def _source(self, end: tuple[str, int]) -> object:
        """The output that leads into a socket, or the value that is typed beside a subgraph's."""
        for _ in range(_MOST_NODES):
            if end not in self._links:
                return self._typed(end)
            key, output = link = self._links[end]
            node = self._nodes.get(key, {})
            outer, _, inner = key.rpartition(":")
            if inner == _ENTRY and outer in self._nodes:
                end = (outer, self._outer_place(outer, output))
            elif node.get("mode") == _BYPASSED:
                end = (key, _same_type(node, output))
            elif node.get("mode") == _MUTED or not node:
                return None
            elif self._is_nested(node):
                end = (f"{key}:{_EXIT}", output)
            elif node.get("type") == "GetNode":
                end = (self._set.get(_first_value(node), ""), 0)
            else:
                return list(link)
        return None

    def _typed(self, end: tuple[str, int]) -> object:
        """The value of a subgraph's socket; those of other nodes are read with the node."""
        node = self._nodes.get(end[0], {})
        sockets = _objects(node.get("inputs"))
        if not self._is_nested(node) or not 0 <= end[1] < len(sockets):
            return None
        return _values(node).get(str(sockets[end[1]].get("name")))

    def _outer_place(self, outer: str, output: int) -> int:
        """The socket of a subgraph's node that is called like the subgraph's input."""
        node = self._nodes[outer]
        inputs = _objects(_object(self._subgraphs.get(str(node.get("type")))).get("inputs"))
        name = inputs[output].get("name") if output < len(inputs) else None
        names = [socket.get("name") for socket in _objects(node.get("inputs"))]
        return names.index(name) if name in names else output


def _links(graph: _Document) -> Iterator[tuple[object, int, object, int]]:
    """Links are lists, or objects within subgraphs."""
    names = ("origin_id", "origin_slot", "target_id", "target_slot")
    for link in graph["links"]:
        found = [link.get(name) for name in names] if isinstance(link, dict) else None
        if found is None and isinstance(link, list) and len(link) > len(names):
            found = link[1:5]
        if found and isinstance(found[1], int) and isinstance(found[3], int):
            yield found[0], found[1], found[2], found[3]


def _same_type(node: _Document, output: int) -> int:
    """The input through which a bypassed node passes what would come out."""
    outputs, inputs = _objects(node.get("outputs")), _objects(node.get("inputs"))
    kind = outputs[output].get("type") if output < len(outputs) else None
    places = [place for place, socket in enumerate(inputs) if socket.get("type") == kind]
    return places[0] if places else -1


def _values(node: _Document) -> dict[str, Any]:
    """The values of a node by name."""
    written = node.get("widgets_values")
    if isinstance(written, dict):
        return dict(written)
    named = [
        str(_object(socket["widget"]).get("name"))
        for socket in _objects(node.get("inputs"))
        if "widget" in socket
    ]
    known = _VALUES.get(str(node.get("type")), ())
    values = written if isinstance(written, list) else []
    if len(known) > len(named):
        return _by_name(known, values)
    if not named and len(values) == 1 and isinstance(values[0], str):
        return {"text": values[0]}
    # Older files name only those that were made into sockets: then it is not known which is which.
    controls = sum(_is_control(values, at) for at in range(1, len(values)))
    is_clear = len(values) - controls <= len(named) <= len(values)
    return _by_name(named, values) if is_clear else {}


def _by_name(names: Sequence[str], written: Sequence[Any]) -> dict[str, Any]:
    """Values in order; behind a seed stands what becomes of it."""
    found, at = {}, 0
    for name in names[: len(written)]:
        if at < len(written):
            found[name] = written[at]
        at += 1 + (name in _SEEDS and _is_control(written, at + 1))
    return found


def _is_control(written: Sequence[Any], at: int) -> bool:
    return at < len(written) and str(written[at]) in _AFTER_SEED


def _first_value(node: _Document) -> object:
    written = node.get("widgets_values")
    return str(written[0]) if isinstance(written, list) and written else None


def _object(value: object) -> _Document:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[_Document]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
