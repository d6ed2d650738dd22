"""The generation data of other programs: each has a reader, and the file's texts choose it."""

from collections.abc import Callable, Mapping
from typing import Any

from genonaut.content.rules import InvalidValueError, check_storable
from genonaut.ingest.programs import by_name
from genonaut.ingest.programs.automatic1111 import automatic1111
from genonaut.ingest.programs.comfyui import comfyui

Texts = Mapping[str, str]
"""The texts in a file that are not blank, by name. EXIF's comment is `UserComment`."""

Reader = Callable[[Texts], dict[str, Any] | None]
"""Returns the settings by our names, with `prompt`; None if another program made the file.

It raises InvalidValueError if its program made the file, but the prompt cannot be told.
"""

READERS: tuple[Reader, ...] = (
    by_name.swarmui,
    by_name.invokeai,
    by_name.novelai,
    by_name.named_in_json,
    automatic1111,
    comfyui,
    by_name.easy_diffusion,
)


def generation(texts: Texts) -> dict[str, Any]:
    """The prompt and the settings of the first program that knows the prompt.

    Raises:
        InvalidValueError: none does. No item is better than one with a wrong prompt.
    """
    filled = {name: text for name, text in texts.items() if text.strip()}
    reasons = []
    for read in READERS:
        try:
            if found := read(filled):
                prompt = {"prompt": found.pop("prompt")}
                return prompt | {name: each for name, each in found.items() if _can_be_kept(each)}
        except InvalidValueError as error:
            reasons.append(str(error))
    raise InvalidValueError(next(iter(reasons), "no generation data of a known program"))


def _can_be_kept(value: object) -> bool:
    """One value that cannot be stored is no reason to refuse a picture: ComfyUI writes NaN."""
    try:
        check_storable(value, "")
    except InvalidValueError:
        return False
    return value not in (None, "")
