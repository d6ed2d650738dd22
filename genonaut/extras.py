"""Packages that an installation can do without: whether they are there, and how to add them."""

from importlib.util import find_spec
from typing import Final

from genonaut.errors import ConfigError

# By the names of the extras in pyproject.toml, what they are for and how they are imported.
_PACKAGES: Final = {"flower": ("Flower", "flower"), "redbeat": ("RedBeat", "redbeat")}


def is_installed(extra: str) -> bool:
    """Whether the extra's package can be imported."""
    return find_spec(_PACKAGES[extra][1]) is not None


def how_to_add(extra: str) -> str:
    """What to do to have it."""
    return f"add it with pip install 'genonaut[{extra}]'"


def require(extra: str, otherwise: str) -> None:
    """Check that the extra is there. `otherwise` is a sentence on how to do without it.

    Raises:
        ConfigError: it is not installed.
    """
    if not is_installed(extra):
        name = _PACKAGES[extra][0]
        raise ConfigError(f"{name} is not installed: {how_to_add(extra)}. {otherwise}")
