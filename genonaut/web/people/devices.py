"""The name of a browser, from what it sends as `User-Agent`: that is long, and names others too."""

import re
from typing import Final

# The first one found counts: browsers also name those that they are compatible with.
_BROWSERS: Final = (
    ("Edge", r"\bEdg"),
    ("Opera", r"\bOPR/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Firefox", r"\b(?:Firefox|FxiOS)/"),
    ("Chrome", r"\b(?:Headless)?(?:Chrome|CriOS)/"),
    ("Chromium", r"\bChromium/"),
    ("Safari", r"\bSafari/"),
)
_SYSTEMS: Final = (
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Android", r"\bAndroid\b"),
    ("Windows", r"\bWindows\b"),
    ("ChromeOS", r"\bCrOS\b"),
    ("macOS", r"\bMac OS X\b|\bMacintosh\b"),
    ("Linux", r"\bLinux\b"),
)


def device(agent: str) -> str:
    """`Firefox on Linux`; of a program that is no browser, its name."""
    browser = _first(_BROWSERS, agent)
    if browser is None:
        return agent.split("/", maxsplit=1)[0].strip()[:40] or "Unknown program"
    system = _first(_SYSTEMS, agent)
    return f"{browser} on {system}" if system else browser


def _first(known: tuple[tuple[str, str], ...], agent: str) -> str | None:
    return next((name for name, pattern in known if re.search(pattern, agent)), None)
