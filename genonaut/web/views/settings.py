"""How an item was made, from its metadata, which may be any JSON."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from genonaut.api.entities import Item
from genonaut.api.gallery.query import LONGEST_LORA, LONGEST_MODEL, LONGEST_SAMPLER, LONGEST_SEED
from genonaut.web.contexts import Setting
from genonaut.web.state import GalleryState

MOST_FACTS: Final = 40
MOST_LORAS: Final = 20
_SETTINGS: Final = (
    ("model", "Model"),
    ("sampler", "Sampler"),
    ("scheduler", "Scheduler"),
    ("steps", "Steps"),
    ("cfg_scale", "CFG"),
    ("seed", "Seed"),
)
_SHOWN: Final = {"negative_prompt", "loras", "width", "height", *(key for key, _ in _SETTINGS)}
_HIDDEN: Final = {"import_key"}
"""Of no interest."""
_NOTHING: Final[tuple[Any, ...]] = (None, "", [], {})


def negative_prompt(item: Item) -> str:
    """What was not to be in the picture; empty if that is not known."""
    return _written(item.item_metadata, "negative_prompt")


def settings_of(item: Item) -> Iterable[Setting]:
    """What it takes to make it again."""
    metadata = item.item_metadata
    for key, name in _SETTINGS:
        if value := _written(metadata, key):
            yield Setting(name, value, _all_with(key, metadata[key]))
        if key == "model":
            yield from _loras(metadata)
    if {"width", "height"} <= metadata.keys():
        size = f"{_plain(metadata['width'])} × {_plain(metadata['height'])}"  # noqa: RUF001
        yield Setting("Size", size)


def facts_of(item: Item) -> Iterable[tuple[str, str | datetime]]:
    """What else is known about it."""
    yield "Made", item.created_at
    if item.updated_at != item.created_at:
        yield "Changed", item.updated_at
    if item.content_type != "image":
        yield "Kind", item.content_type
    if item.quality_score:  # 0 is what an item has whose quality is not known
        yield "Quality", f"{item.quality_score:g}"
    rest = dict(item.item_metadata)
    if tags := _other_tags(rest.pop("tags", None), item):
        yield "Other tags", tags
    # What `settings_of` could not show is shown as it is.
    for key in sorted(rest.keys() - _SHOWN - _HIDDEN)[:MOST_FACTS]:
        if value := _written(rest, key):
            yield key.replace("_", " ").capitalize(), value


def _loras(metadata: dict[str, Any]) -> Iterable[Setting]:
    loras = metadata.get("loras")
    if not isinstance(loras, list):
        if value := _written(metadata, "loras"):
            yield Setting("LoRAs", value)
        return
    for lora in loras[:MOST_LORAS]:
        if isinstance(lora, dict) and "name" in lora:
            weight = lora.get("weight")
            name = lora["name"]
            value = _plain(name) + (f" : {_plain(weight)}" if weight is not None else "")
        else:
            name, value = lora, _plain(lora)
        yield Setting("LoRA", value, _all_with("lora", name))


def _all_with(key: str, value: Any) -> str | None:  # noqa: ANN401 - JSON is anything
    if key == "model" and isinstance(value, str):
        return GalleryState(model=value[:LONGEST_MODEL]).url()
    if key == "lora" and isinstance(value, str):
        return GalleryState(loras=(value[:LONGEST_LORA],)).url()
    if key == "sampler" and isinstance(value, str):
        return GalleryState(sampler=value[:LONGEST_SAMPLER]).url()
    if key == "seed" and type(value) in (int, str):
        return GalleryState(seed=str(value)[:LONGEST_SEED]).url()
    return None


def _other_tags(tags: Any, item: Item) -> str:  # noqa: ANN401 - JSON is anything
    """Those that the metadata name, and the item does not carry."""
    if not isinstance(tags, list):
        return "" if tags in _NOTHING else _plain(tags)
    carried = {tag.casefold() for tag in item.tags}
    return ", ".join(text for tag in tags if (text := _plain(tag)).casefold() not in carried)


def _written(metadata: dict[str, Any], key: str) -> str:
    value = metadata.get(key)
    return "" if value in _NOTHING else _plain(value)


def _plain(value: Any) -> str:  # noqa: ANN401 - JSON is anything
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return f"{value:g}" if isinstance(value, float) else str(value)
