"""What the package says of itself: where it is from, and a README whose links work elsewhere.

Links to files of the repository lead nowhere on a package page. With an address they lead there.
As long as the project has no public one, `address` in pyproject.toml is empty: then links become
their words, and pictures are left out.
"""

import re
from pathlib import Path
from typing import Any, Final

from hatchling.metadata.plugin.interface import MetadataHookInterface

_PICTURE: Final = re.compile(r"!\[([^\]]*)\]\((?![a-z]+:)([^)\s]+)\)")
_LINK: Final = re.compile(r"(?<!!)\[([^\]]*)\]\((?![a-z]+:|#)([^)\s]+)\)")
_LICENCE: Final = "\nMIT licence;"
_WHERE: Final = "\nThe documents that are named here are in the source archive, in `docs/`.\n"
_PAGES: Final = {
    "Homepage": "",
    "Documentation": "/blob/main/docs/README.md",
    "Source": "",
    "Changelog": "/blob/main/CHANGELOG.md",
    "Issues": "/issues",
}


class Described(MetadataHookInterface):
    """Hatchling calls it when it builds or installs the package."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add what depends on the address."""
        address = str(self.config["address"]).rstrip("/")
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        metadata["urls"] = urls(address)
        metadata["readme"] = {"content-type": "text/markdown", "text": readable(text, address)}


def urls(address: str) -> dict[str, str]:
    """The pages of the project, by their names; none without an address."""
    return {name: address + path for name, path in _PAGES.items()} if address else {}


def readable(text: str, address: str) -> str:
    """The README as it can be read away from the repository."""
    if address:
        text = _PICTURE.sub(rf"![\1]({address}/raw/main/\2)", text)
        return _LINK.sub(rf"[\1]({address}/blob/main/\2)", text)
    text = re.sub(rf"^{_PICTURE.pattern}\n\n", "", text, flags=re.MULTILINE)
    text = _LINK.sub(r"\1", _PICTURE.sub("", text))
    return text.replace(_LICENCE, _WHERE + _LICENCE)
