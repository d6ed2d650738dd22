"""The examples of a document: its `console` blocks as commands, and what each promises to print."""

import re
from dataclasses import dataclass
from difflib import unified_diff

BLOCK = re.compile(r"^```(\w*)(?: title=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROMPT = "$ "
MASKS = {
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00| UTC)?": "TIME",
    r"\b(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32})\b": "ID",
    r"\d+(?:[.,]\d+)*": "N",
    r"\bN (row|count|item)s?\b": r"N \1s",
    r"-{3,}": "---",  # the rules of a table are as wide as its numbers
    r" +": " ",
    r" $": "",
}
"""What may differ from one run to the next, in this order."""


@dataclass(frozen=True)
class Example:
    """A command of a document, and the output below it."""

    line: int
    command: str
    promised: str

    def difference(self, printed: str) -> str:
        """How the output differs from the promise, as a diff; empty if it keeps the promise."""
        promised, printed = mask(self.promised), mask(printed)
        if printed and not printed.endswith("\n"):
            printed += "\n"
        if re.fullmatch(_pattern(promised), printed):
            return ""
        lines = unified_diff(
            promised.splitlines(), printed.splitlines(), "promised", "printed", lineterm=""
        )
        return "\n".join([f"line {self.line}: {self.command}", *lines])


def blocks(text: str, language: str) -> dict[str, str]:
    """The blocks of a language by their titles, or if they have none by their first lines."""
    return {
        title or code.partition("\n")[0]: code
        for kind, title, code in BLOCK.findall(text)
        if kind == language
    }


def files(text: str) -> dict[str, str]:
    """The files that a document's examples need: its blocks with a title."""
    return {title: code for _, title, code in BLOCK.findall(text) if title}


def examples(text: str) -> list[Example]:
    """Every command of the `console` blocks, in order."""
    found = []
    for block in BLOCK.finditer(text):
        if block[1] == "console":
            first = text.count("\n", 0, block.start(3)) + 1
            found += _examples(block[3], first)
    return found


def _examples(code: str, first: int) -> list[Example]:
    found: list[Example] = []
    for number, line in enumerate(code.splitlines(), first):
        if line.startswith(PROMPT):
            found.append(Example(number, line.removeprefix(PROMPT), ""))
            continue
        last = found.pop()
        if last.command.endswith("\\"):
            found.append(Example(last.line, f"{last.command}\n{line}", ""))
        else:
            found.append(Example(last.line, last.command, f"{last.promised}{line}\n"))
    return found


def mask(text: str) -> str:
    """The text without what may differ."""
    for pattern, name in MASKS.items():
        text = re.sub(pattern, name, text, flags=re.MULTILINE)
    return text


def _pattern(promised: str) -> str:
    """`...` stands for a part of a line, and on a line of its own for any number of lines."""
    lines = [
        r"(?:.*\n)*" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + r"\n"
        for line in promised.splitlines()
    ]
    return "".join(lines)
