"""Values as programs write them into texts: JSON, numbers, and what must not become a prompt."""

import json
import re
from typing import Any

# Seeds have up to 20 digits. A hash such as 0012ab or 0012 is not a number.
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,19})(\.\d{1,18})?")
# A prompt may begin with a bracket, too: {red|blue} bicycle, [a cat:a dog:0.5], [[blurred]].
_JSON_BEGINS = re.compile(r'\{\s*["}]|\[\s*(?:[{"\]]|-?\d+\s*[,\]])')


def json_object(text: str | None) -> dict[str, Any]:
    """The JSON object that a text is; an empty one if it is something else.

    NaN and Infinity are accepted, because ComfyUI writes them.
    """
    try:
        found = json.loads(text or "")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def looks_like_data(text: str) -> bool:
    """Whether it is JSON, or XML, or the beginning of one, and not what was typed."""
    beginning = text.lstrip()
    return bool(_JSON_BEGINS.match(beginning)) or beginning.startswith(("<?", "<x:", "<rdf"))


def number(text: str) -> int | float | str:
    """The number that a text is, or the text."""
    if not (found := _NUMBER.fullmatch(text)):
        return text
    return float(text) if found[1] else int(text)
