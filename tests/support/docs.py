"""The documents as text, and how to find something in them."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
Docs = dict[str, str]
"""Every document, by its path below the checkout."""

CODE_BLOCK = re.compile(r"^```[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE_SPAN = re.compile(r"`([^`\n]+)`")


def read_docs() -> Docs:
    files = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    return {str(file.relative_to(ROOT)): file.read_text(encoding="utf-8") for file in files}


def prose(text: str) -> str:
    """A document without its blocks of code."""
    return CODE_BLOCK.sub("", text)


def code(text: str) -> str:
    """What a reader could type or look up: the lines of blocks, and the spans."""
    return "\n".join([*CODE_BLOCK.findall(text), *CODE_SPAN.findall(prose(text))])


def section(text: str, heading: str) -> str:
    """What stands below a heading, down to the next one; empty if there is none."""
    unmarked = CODE_BLOCK.sub(lambda block: block[0].replace("\n#", "\n "), text)
    parts = re.split(r"^#+ (.+)\n", unmarked, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True)).get(heading, "")
