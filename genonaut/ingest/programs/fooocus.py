"""Fooocus: JSON with the usual names; its other scheme is that of AUTOMATIC1111."""

from typing import Any

from genonaut.ingest.programs.by_name import loras, settings
from genonaut.ingest.programs.left import Left, Settings
from genonaut.ingest.programs.typed import lora


def fooocus(left: Left) -> Settings | None:
    """Known by its version, or by the names for the model."""
    for document in left.with_key("prompt"):
        version = str(document.get("version", document.get("Version", "")))
        if version.startswith("Fooocus") or "base_model" in document:
            found = settings(document)
            name = version.partition(" ")[0] if version.startswith("Fooocus-") else "Fooocus"
            return found | {"loras": _loras(document), "program": name}
    return None


def _loras(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The older versions write `lora_combined_1: name : weight` for each."""
    combined = [
        lora(*value.rsplit(":", 1))
        for name, value in document.items()
        if name.startswith("lora_combined_") and isinstance(value, str) and ":" in value
    ]
    return loras(document.get("loras")) or combined
