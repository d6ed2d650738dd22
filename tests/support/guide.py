"""docs/add-a-count.md, as it is executed: its blocks of code, by the file that they belong to."""

import re
from pathlib import Path

from genonaut.counting.declaration import CachedCount, Category, Key

GUIDE = Path(__file__).parents[2] / "docs" / "add-a-count.md"
BLOCK = re.compile(r"^```(\w+)(?: title=(\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(language: str) -> dict[str, str]:
    """The guide's blocks of a language, by their titles."""
    found = BLOCK.findall(GUIDE.read_text(encoding="utf-8"))
    return {title: code for kind, title, code in found if kind == language}


def declared_in_the_guide() -> CachedCount:
    """The count that the guide declares."""
    names: dict[str, object] = {"CachedCount": CachedCount, "Category": Category, "Key": Key}
    exec(blocks("python")["genonaut/db/counts.py"], names)  # noqa: S102 - that is its purpose
    [declared] = [value for value in names.values() if isinstance(value, CachedCount)]
    return declared
