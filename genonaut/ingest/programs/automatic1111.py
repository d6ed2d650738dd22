"""AUTOMATIC1111 and its relatives: the prompt, `Negative prompt: ...`, then lines of settings.

The settings may come in any order, on one line or on several, with other lines behind them; and
some sites write everything on one line. Takes time proportional to the length of the text.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from genonaut.ingest.programs.left import Left, Settings
from genonaut.ingest.programs.relatives import loras, program
from genonaut.ingest.programs.written import looks_like_data, number

# Not str.splitlines(): a quoted value may contain a line separator of Unicode.
_LINE_END = re.compile(r"\r\n|\r|\n")
_NEGATIVE = re.compile(r"\s*negative prompt:", re.IGNORECASE)
_NEGATIVE_INSIDE = re.compile(r"(?:(?<=[\s,.;])|^)negative prompt:", re.IGNORECASE)
_NEGATIVE_BEHIND_A_STOP = re.compile(r"[,.;]\s?negative prompt:", re.IGNORECASE)
_PROMPT = re.compile(r"\s*(?:positive )?prompt:", re.IGNORECASE)
_TEMPLATE = re.compile(r"\s*((?:negative )?template):", re.IGNORECASE)

# A line that begins with one of these is settings, if it has another of them.
_KNOWN = {
    "steps": r"\d+",
    "seed": r"-?\d+",
    "cfg scale": r"[\d.]+",
    "distilled cfg scale": r"[\d.]+",
    "size": r"\d+x\d+",
    "width": r"\d+",
    "height": r"\d+",
    "sampler": r".+",
    "schedule type": r".+",
    "model": r".+",
    "model hash": r"[0-9a-f]{6,}",
    "vae": r".+",
    "denoising strength": r"[\d.]+",
    "clip skip": r"\d+",
    "version": r".+",
    "pipeline": r".+",
    "postprocess upscale by": r"[\d.]+",
    "postprocess upscaler": r".+",
}
_VALUES = {name: re.compile(value, re.IGNORECASE) for name, value in _KNOWN.items()}
_FEWEST_IN_LINES = 2
# Behind a prompt on the same line, three of these have to follow.
_INSIDE = re.compile(
    r"(?:(?<=[\s,.;|])|^)(?:(?P<steps>steps: *\d)|(?P<seed>seed: *-?\d)|(?P<cfg>cfg scale: *\d)|"
    r"(?P<size>size: *\d{2,5}x\d)|(?P<sampler>sampler: *\w)|(?P<hash>model hash: *[0-9a-f]{6}))",
    re.IGNORECASE,
)
_FEWEST_INSIDE = 3

_SEPARATORS = re.compile(r"[\s,|]*")
_NAME = re.compile(r"(\w[\w \-/().+]{0,63}?)\s{0,8}:\s{0,8}")
_SIZE = re.compile(r"(\d{1,9})x(\d{1,9})")
# Broken JSON may be long, and it is read again from the next name on.
_MOST_FAILURES = 20
_JSON = json.JSONDecoder(strict=False)
_VALUE_ENDS = re.compile(r"\s*(?:[,|]|$)")
_PLACES = {"parameters": 0, "usercomment": 1}
_OURS = {"schedule_type": "scheduler", "cfg": "cfg_scale", "guidance_scale": "cfg_scale"}
_NOT_SETTINGS = ("prompt", "negative_prompt", "import_key", "loras", "program")


@dataclass(slots=True)
class _Sections:
    """A text taken apart: what was typed, and what was set."""

    prompt: list[str] = field(default_factory=list)
    negative: list[str] = field(default_factory=list)
    settings: list[str] = field(default_factory=list)
    templates: dict[str, list[str]] = field(default_factory=dict)


def automatic1111(left: Left) -> Settings | None:
    """The text `parameters`, or any text with settings or a negative prompt.

    Cameras write comments, too.
    """
    without_prompt = None
    for name, text in sorted(left.texts.items(), key=lambda each: _PLACES.get(each[0].lower(), 2)):
        if looks_like_data(text):
            continue
        found = from_parameters(text)
        if name.lower() == "parameters" or any(found[key] for key in found.keys() - {"prompt"}):
            if found["prompt"]:
                return found | {"loras": loras(found), "program": program(found)}
            without_prompt = found | {"program": program(found)}
    return without_prompt


def from_parameters(parameters: str) -> dict[str, Any]:
    """Prompt and settings; the prompts may be empty, and the settings missing."""
    sections = _sections(parameters.strip())
    found: dict[str, Any] = {}
    for line in sections.settings:
        found |= {_our_name(name): value for name, value in _pairs(line)}
    found |= {_our_name(name): _joined(lines) for name, lines in sections.templates.items()}
    if size := _SIZE.fullmatch(str(found.pop("size", ""))):
        found |= {"width": int(size[1]), "height": int(size[2])}
    for name in _NOT_SETTINGS:
        found.pop(name, None)
    prompt, negative = _joined(sections.prompt), _joined(sections.negative)
    return {**found, "prompt": prompt, "negative_prompt": negative}


def _sections(text: str) -> _Sections:
    lines = _LINE_END.split(text)
    start = _first_line_of_settings(lines)
    typed = "\n".join(lines[:start])
    if (inside := _settings_inside(typed)) is not None:
        return _apart("\n".join(lines), inside)
    label = _NEGATIVE_BEHIND_A_STOP if start is None else _NEGATIVE_INSIDE
    if "\n" not in typed and not _NEGATIVE.match(typed) and label.search(typed):
        return _apart("\n".join(lines), len(typed))
    return _by_lines(lines, start)


def _by_lines(lines: Sequence[str], start: int | None) -> _Sections:
    """Each line belongs to what began last, and the settings begin at the line `start`."""
    found = _Sections()
    section = found.prompt
    for place, line in enumerate(lines):
        label = None
        if not found.negative and (label := _NEGATIVE.match(line)):
            section = found.negative
        elif start is not None and (label := _TEMPLATE.match(line)):
            section = found.templates.setdefault(label[1], [])
        elif start is not None and place == 0:
            label = _PROMPT.match(line)
        if start is not None and place >= start and _known_settings(line):
            section = found.settings
        section.append(line[label.end() :] if label else line)
    return found


def _apart(text: str, start: int) -> _Sections:
    """A text whose settings begin behind the prompt, or behind both, on the same line."""
    label = _NEGATIVE_INSIDE.search(text)
    first = min(start, label.start()) if label else start
    if label is None:
        negative, settings = "", [text[start:]]
    elif label.end() <= start:
        negative, settings = text[label.end() : start], [text[start:]]
    else:
        following = _INSIDE.search(text, label.end())
        end = following.start() if following else len(text)
        negative, settings = text[label.end() : end], [text[start : label.start()], text[end:]]
    lines = [line for part in settings for line in _LINE_END.split(part)]
    return _Sections([text[:first].rstrip(" ,")], [negative.rstrip(" ,")], lines)


def _first_line_of_settings(lines: Sequence[str]) -> int | None:
    """The first that says what settings alone would say, together with the lines behind it."""
    first, known = None, 0
    for place in reversed(range(len(lines))):
        here = _known_settings(lines[place])
        known = known + here if here else 0
        if known >= _FEWEST_IN_LINES or (
            here and lines[place].lstrip().lower().startswith("steps")
        ):
            first = place
    return first


def _known_settings(line: str) -> int:
    """How many settings a line has that we know; none if it does not begin with one."""
    name = _NAME.match(line, _skipped(line, 0))
    if name is None or name[1].lower() not in _VALUES:
        return 0
    known = [bool(_is_known(name, value)) for name, value in _pairs(line)]
    return sum(known) if known[0] else 0


def _is_known(name: str, value: object) -> bool:
    return name.lower() in _VALUES and bool(_VALUES[name.lower()].fullmatch(str(value)))


def _settings_inside(text: str) -> int | None:
    """Where settings begin within a line."""
    found = list(_INSIDE.finditer(text))
    kinds = {each.lastgroup for each in found}
    return found[0].start() if len(kinds) >= _FEWEST_INSIDE else None


def _pairs(line: str) -> list[tuple[str, Any]]:
    """The settings of a line, `name: value, name: value`; values without a name are joined on."""
    pairs: list[tuple[str, list[Any]]] = []
    for name, value in _tokens(line):
        if name:
            pairs.append((name, [value]))
        elif pairs:
            pairs[-1][1].append(value)
    return [
        (name, parts[0] if len(parts) == 1 else ", ".join(map(str, parts))) for name, parts in pairs
    ]


def _tokens(line: str) -> Iterator[tuple[str, Any]]:
    """What stands between commas, but for those inside JSON, with its name if it has one."""
    failures = 0
    at = _skipped(line, 0)
    while at < len(line):
        name = _NAME.match(line, at)
        at = name.end() if name else at
        document = None
        if name and failures < _MOST_FAILURES and line.startswith(('"', "[", "{"), at):
            document = _json_at(line, at)
            failures += document is None
        end = document[1] if document else line.find(",", at) % (len(line) + 1)
        value = document[0] if document else line[at:end].strip()
        yield name[1] if name else "", number(value) if isinstance(value, str) else value
        at = _skipped(line, end)


def _json_at(line: str, at: int) -> tuple[Any, int] | None:
    """The JSON that begins here and is a whole value, and where it ends."""
    try:
        value, end = _JSON.raw_decode(line, at)
    except (ValueError, RecursionError):
        return None
    return (value, end) if _VALUE_ENDS.match(line, end) else None


def _skipped(line: str, at: int) -> int:
    found = _SEPARATORS.match(line, at)
    return found.end() if found else at


def _our_name(name: str) -> str:
    plain = name.strip().lower().replace(" ", "_")
    return _OURS.get(plain, plain)


def _joined(lines: Sequence[str]) -> str:
    return "\n".join(lines).strip()
