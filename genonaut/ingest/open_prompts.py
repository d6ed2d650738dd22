"""The open-prompts data: a prompt, and everything else as JSON in one column, `raw_data`.

https://github.com/krea-ai/open-prompts
"""

import re
from collections.abc import Mapping
from typing import Any

from genonaut.ingest.tag_columns import usable_names
from genonaut.ingest.values import json_object

# What open-prompts calls differently from other collections.
_RENAMED = {"num_step": "steps"}
_KEPT = ("seed", "width", "height", "num_step", "cfg_scale", "num_generations")
_CHANNEL = re.compile(r"/attachments/(\d+)/")


def open_prompts(fields: Mapping[str, object]) -> Mapping[str, object] | None:
    """A row whose `raw_data` is unpacked to the usual columns; None if it has none.

    Raises:
        InvalidValueError: `raw_data` is not a JSON object.
    """
    if "raw_data" not in fields:
        return None
    raw = json_object(fields["raw_data"], "raw_data")
    discord = json_object(raw.get("raw_discord_data"), "raw_discord_data")
    addresses = [_address(part) for part in (raw, discord)]
    channel = _CHANNEL.search(addresses[1])
    unpacked = {
        "creator": channel[1] if channel else "",
        "created_at": discord.get("timestamp"),
        "content_data": next(filter(None, addresses), ""),
        "metadata": _metadata(raw, discord),
        "tags": _tags(raw.get("modifiers")),
    }
    return unpacked | {name: value for name, value in fields.items() if name != "raw_data"}


def _address(part: Mapping[str, Any]) -> str:
    address = part.get("image_uri")
    return address if isinstance(address, str) and address != "PENDING" else ""


def _metadata(raw: Mapping[str, Any], discord: Mapping[str, Any]) -> dict[str, Any]:
    kept = {_RENAMED.get(name, name): discord[name] for name in _KEPT if name in discord}
    return kept | {"modifiers": raw["modifiers"]} if raw.get("modifiers") else kept


def _tags(modifiers: object) -> list[str]:
    # A program has cut them out of the prompt. The user cannot correct an invalid one, and nothing
    # is lost without it: so it is skipped, and the row is kept.
    return list(usable_names(modifiers)) if isinstance(modifiers, list) else []
