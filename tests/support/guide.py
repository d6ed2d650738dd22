"""docs/add-a-count.md, as it is executed: its blocks of code, by the file that they belong to."""

from genonaut.counting.declaration import CachedCount, Category, Key
from tests.support import console
from tests.support.docs import ROOT

GUIDE = (ROOT / "docs" / "add-a-count.md").read_text(encoding="utf-8")


def blocks(language: str) -> dict[str, str]:
    """The guide's blocks of a language, by their titles."""
    return console.blocks(GUIDE, language)


def declared_in_the_guide() -> CachedCount:
    """The count that the guide declares."""
    names: dict[str, object] = {"CachedCount": CachedCount, "Category": Category, "Key": Key}
    exec(blocks("python")["genonaut/db/counts.py"], names)  # noqa: S102 - that is its purpose
    [declared] = [value for value in names.values() if isinstance(value, CachedCount)]
    return declared
