"""Two things that pages about people show: what is wrong with a form, and a new secret."""

from collections.abc import Mapping
from dataclasses import dataclass

Problems = Mapping[str, str]
"""What is wrong with a form that was sent: by field, and under "" as a whole."""


@dataclass(frozen=True, slots=True)
class Secret:
    """Something that is shown once, to be copied."""

    name: str
    value: str
    about: str
