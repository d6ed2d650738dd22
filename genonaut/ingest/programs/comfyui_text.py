"""What was typed into a ComfyUI graph: the text that leads into an input of a node.

Texts are joined, chosen and passed on by nodes of many makers, which are told apart by what their
names have in common. Each node is read once, so any graph takes time proportional to its size and
to the longest prompt.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from genonaut.content.rules import LONGEST_PROMPT, InvalidValueError
from genonaut.ingest.programs.comfyui_graph import Graph, Node, in_order, number_at_end

POSITIVE: Final = "positive"
NEGATIVE: Final = "negative"

_DEEPEST = 100

_EMPTY = re.compile(r"zeroout|emptyconditioning|conditioningempty|emptytext")
# What these return is not in the graph: they describe pictures, ask a model, or draw lots.
_UNKNOWABLE = re.compile(
    r"caption|interrogat|tagger|florence|ollama|llava|llm|vlm|joytag|gpt|gemini|claude|describe|"
    r"regex|substring|random|fromfile|fromtxt|loadtext|textload|loadprompt|promptload|readtext|"
    r"textfile|promptsfile|linefrom|loadline|csv|translat|webhook|http"
)
_WILDCARDS = re.compile(r"wildcard|dynamicprompt|randomprompt")
_NOT_DRAWN = re.compile(r"\{[^{}]{0,1000}\||__[\w/*-]{1,100}__")
_JOINS = re.compile(r"concat|join|combine|merge|append|addtext|stringadd|textadd|compos")
_SWITCHES = re.compile(r"switch|select|ifelse|conditionalbranch|firstnotnone|coalesce|chooser")

_SIDES = {
    POSITIVE: ("positive", "positive_prompt", "prompt_positive", "text_positive", "positive_text"),
    NEGATIVE: (
        *("negative", "neg_conditioning"),
        *("negative_prompt", "prompt_negative", "text_negative", "negative_text"),
    ),
}
_CONDITIONING = re.compile(r"(?:conditioning|cond)(?:[ _]?(?:\d{1,3}|[a-z]|to|from))?")
_TEXTS = (
    *("text", "text_g", "clip_g", "t5xxl", "clip_l", "text_l", "llama", "bert", "mt5xl"),
    *("user_prompt", "prompt", "string", "value", "wildcard_text", "str"),
)
_PART = re.compile(r"(?:text|string|str|prompt|input|value|part|positive)?[ _]?(?:\d{1,3}|[a-z])")
_ENDS = ("prefix", "prepend", "before", *_TEXTS, "suffix", "append", "after")
_DELIMITERS = ("delimiter", "separator", "delim", "sep", "joiner", "join_with")
_NAMED_DELIMITERS = {"comma": ", ", "space": " ", "newline": "\n", "none": ""}
_CONTROLS = ("select", "selector", "index", "switch", "boolean", "bool", "condition", "choice")
_FIRST, _SECOND = (
    re.compile(r"(?:.*_)?true(?:_.*)?|tt_.*"),
    re.compile(r"(?:.*_)?false(?:_.*)?|ff_.*"),
)
# No prompt comes from these.
_NOT_TEXT = re.compile(
    r"model|clip|vae|.*image.*|mask|.*latent.*|samples|pixels|noise|sigmas|sampler|control_net|"
    r"style_model|clip_vision.*|seed|steps|cfg"
)


class TypedText:
    """Finds the texts of one side, positive or negative."""

    def __init__(self, graph: Graph, side: str) -> None:
        self._graph = graph
        self._side = side
        self._known: dict[str, str] = {}
        self._depth = 0

    def behind(self, value: object) -> str:
        """The text that a value is, or that its link leads to.

        Raises:
            InvalidValueError: it is made by a node whose result is not in the graph.
        """
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return str(value)
        node = self._graph.linked(value)
        if node is None:
            return ""
        if node.key not in self._known:
            self._known[node.key] = ""  # of a circle
            self._depth += 1
            if self._depth > _DEEPEST:
                raise InvalidValueError("the prompt is too deep in a ComfyUI graph")
            self._known[node.key] = self._of(node)
            self._depth -= 1
        return self._known[node.key]

    def _of(self, node: Node) -> str:
        if _EMPTY.search(node.kind):
            return ""
        if _UNKNOWABLE.search(node.kind):
            raise InvalidValueError(f"the prompt is made by a node of ComfyUI: {node.kind[:50]}")
        if _is_switch(node):
            return self.behind(self._chosen(node))
        for value in node.named(_SIDES[self._side]):
            return self.behind(value)
        if conditionings := in_order(name for name in node.inputs if _CONDITIONING.fullmatch(name)):
            # A guider with one conditioning has no negative prompt.
            is_other = self._side == NEGATIVE and "guider" in node.kind
            order = sorted(conditionings, key=lambda name: name.endswith("_from"))
            return "" if is_other else self._lines(node, [*order, *_TEXTS])
        return self._of_texts(node)

    def _of_texts(self, node: Node) -> str:
        if _WILDCARDS.search(node.kind) or "populated_text" in node.inputs:
            return self._drawn(node)
        if "find" in node.inputs and "replace" in node.inputs:
            return self._replaced(node)
        if "encode" in node.kind or "clip" in node.inputs:
            return self._lines(node, _TEXTS)
        parts = in_order(name for name in node.inputs if _PART.fullmatch(name))
        if len(parts) > 1 or _JOINS.search(node.kind) or any(node.named(_DELIMITERS)):
            return self._joined(node, parts or [name for name in _ENDS if name in node.inputs])
        texts = [self.behind(value) for value in node.named((*_TEXTS, *parts))]
        if texts:
            return next(filter(str.strip, texts), "")
        return self._passed_on(node)

    def _lines(self, node: Node, names: Iterable[str]) -> str:
        """Texts that are used together, each once."""
        texts = dict.fromkeys(self.behind(value).strip() for value in node.named(names))
        return _together("\n", [text for text in texts if text])

    def _joined(self, node: Node, names: Sequence[str]) -> str:
        if node.inputs.get("action", "append") != "append":
            raise InvalidValueError(f"the prompt is made by a node of ComfyUI: {node.kind[:50]}")
        parts = [text for text in map(self.behind, node.named(names)) if text.strip()]
        delimiter = next((self.behind(value) for value in node.named(_DELIMITERS)), None)
        if delimiter is None:
            return _together("", _as_written(parts))
        delimiter = _NAMED_DELIMITERS.get(delimiter.lower(), delimiter)
        return _together(delimiter.replace("\\n", "\n").replace("\\t", "\t"), parts)

    def _drawn(self, node: Node) -> str:
        """A text that may have wildcards, which were drawn when the graph was run."""
        names = ("populated_text", *_TEXTS)
        text = next(filter(str.strip, map(self.behind, node.named(names))), "")
        if _NOT_DRAWN.search(text):
            raise InvalidValueError(f"the prompt is drawn by a node of ComfyUI: {node.kind[:50]}")
        return text

    def _replaced(self, node: Node) -> str:
        text = next(map(self.behind, node.named(_TEXTS)), "")
        old, new = self.behind(node.inputs["find"]), self.behind(node.inputs["replace"])
        return _together(new, text.split(old)) if old else text

    def _passed_on(self, node: Node) -> str:
        links = (
            value
            for name, value in node.inputs.items()
            if self._graph.linked(value) and not _NOT_TEXT.fullmatch(name)
        )
        return next(filter(str.strip, map(self.behind, links)), "")

    def _chosen(self, node: Node) -> object:
        """The input that a switch gives: by its position, or the first that is there."""
        options = in_order(
            name
            for name, value in node.inputs.items()
            if name not in _CONTROLS and isinstance(value, list | str)
        )
        controls = [self._graph.scalar(value) for value in node.named((*_CONTROLS, "input", "any"))]
        there = [name for name in options if self._graph.is_there(node.inputs[name])]
        if not controls:
            return node.inputs[there[0]] if there else None
        for name in options:
            if _is_chosen(name, controls[0], options):
                return node.inputs[name]
        raise InvalidValueError(f"the prompt is chosen by a node of ComfyUI: {node.kind[:50]}")


def _is_switch(node: Node) -> bool:
    has_both = any(map(_FIRST.fullmatch, node.inputs)) and any(map(_SECOND.fullmatch, node.inputs))
    return bool(_SWITCHES.search(node.kind)) or has_both


def _is_chosen(name: str, position: object, options: Sequence[str]) -> bool:
    if isinstance(position, bool):
        named = any(map(_FIRST.fullmatch, options))
        wanted = (_FIRST if position else _SECOND) if named else None
        return bool(wanted.fullmatch(name)) if wanted else name == options[:2][not position]
    return number_at_end(name) == position or name == position


def _as_written(parts: Sequence[str]) -> list[str]:
    """Parts for joining without a delimiter, but so that words do not become one."""
    pairs = zip(("", *parts), parts, strict=False)
    return [
        f", {part}" if before and before[-1].isalnum() and part[0].isalnum() else part
        for before, part in pairs
    ]


def _together(delimiter: str, parts: Sequence[str]) -> str:
    # A small graph can ask for a text that fills the memory.
    if sum(map(len, parts)) + len(delimiter) * (len(parts) - 1) > LONGEST_PROMPT:
        raise InvalidValueError(f"prompt is longer than {LONGEST_PROMPT:,} characters")
    return delimiter.join(parts)
