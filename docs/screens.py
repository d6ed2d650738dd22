"""What a screenshot is taken of: a page, a screen, and what is done there before."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from playwright.sync_api import Page

Screen = dict[str, Any]
WIDE: Final[Screen] = {"viewport": {"width": 1280, "height": 800}}
TALL: Final[Screen] = {"viewport": {"width": 1280, "height": 1130}}
VAST: Final[Screen] = {"viewport": {"width": 2560, "height": 1440}}
LOWER: Final[Screen] = {"viewport": {"width": 1280, "height": 700}}
PHONE: Final[Screen] = {
    "viewport": {"width": 390, "height": 780},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
DARK: Final[Screen] = {"color_scheme": "dark"}


def as_it_is(_page: Page) -> None:
    """Nothing more."""


@dataclass(frozen=True)
class Shot:
    """A page on a screen, how it is prepared, and whether the administrator is signed in."""

    path: str
    screen: Screen
    prepare: Callable[[Page], None] = as_it_is
    is_signed_in: bool = False
