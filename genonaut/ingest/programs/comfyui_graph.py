"""ComfyUI's graph: the nodes that made a picture, each with its kind and its inputs."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_NUMBER_AT_END = re.compile(r"\d{1,9}$")
_SCALARS = ("value", "int", "number", "float", "boolean", "bool", "seed", "noise_seed", "index")
_FARTHEST = 20
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Node:
    """A node. An input is a value, or a link to another node: `[key, output]`."""

    key: str
    kind: str
    """The class, in lower case and without blanks."""

    inputs: Mapping[str, Any]

    def named(self, names: Iterable[str]) -> Iterator[Any]:
        """The inputs of these names that are there, in this order."""
        return (self.inputs[name] for name in names if name in self.inputs)


@dataclass(frozen=True, slots=True)
class Graph:
    """All nodes by key."""

    nodes: Mapping[str, Node]

    def linked(self, value: object) -> Node | None:
        """The node that a link comes from; None if the value is no link, or leads nowhere."""
        return self.nodes.get(str(value[0])) if isinstance(value, list) and value else None

    def is_there(self, value: object) -> bool:
        """Whether an input has something in it."""
        if isinstance(value, list):
            return self.linked(value) is not None
        return value not in (None, "")

    def scalar(self, value: object) -> str | int | float | None:
        """A number, a text or a switch's position, also if a node of its own has it."""
        for _ in range(_FARTHEST):
            if (node := self.linked(value)) is None:
                break
            value = next(node.named(_SCALARS), None)
        if isinstance(value, dict):  # a choice with its preview
            value = value.get("content")
        return value if isinstance(value, str | int | float) else None


def graph_of(document: Mapping[str, Any]) -> Graph:
    """The graph; without nodes if the document is something else."""
    nodes = {}
    for key, node in document.items():
        inputs = node.get("inputs") if isinstance(node, dict) else None
        if isinstance(inputs, dict):
            kind = "".join(str(node.get("class_type", ""))[:_LONGEST_NAME].lower().split())
            nodes[key] = Node(
                key,
                kind,
                {
                    name.lower(): value
                    for name, value in inputs.items()
                    if len(name) <= _LONGEST_NAME
                },
            )
    return Graph(nodes)


def number_at_end(name: str) -> int | None:
    """The 2 of `any_02` and `text2`."""
    found = _NUMBER_AT_END.search(name)
    return int(found[0]) if found else None


def in_order(names: Iterable[str]) -> list[str]:
    """Names by the number or the letter at their end; as they are if they differ in more."""
    given = list(names)
    numbers = {name: number_at_end(name) for name in given}
    if None not in numbers.values():
        return sorted(given, key=lambda name: numbers[name] or 0)
    if len({name[:-1] for name in given}) == 1:
        return sorted(given)
    return given
