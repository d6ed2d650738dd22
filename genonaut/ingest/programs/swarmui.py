"""SwarmUI: JSON, where AUTOMATIC1111 writes its lines."""

from genonaut.ingest.programs.by_name import settings, with_prompt
from genonaut.ingest.programs.left import Left, Settings
from genonaut.ingest.programs.typed import lora


def swarmui(left: Left) -> Settings | None:
    """The object `sui_image_params`."""
    for document in left.with_key("sui_image_params"):
        inner = document["sui_image_params"]
        if isinstance(inner, dict):
            names, weights = _listed(inner.get("loras")), _listed(inner.get("loraweights"))
            weights += [None] * (len(names) - len(weights))
            found = with_prompt(settings(inner))
            return found | {"loras": [lora(*pair) for pair in zip(names, weights, strict=False)]}
    return None


def _listed(written: object) -> list[object]:
    if isinstance(written, str):
        return [part.strip() for part in written.split(",")]
    return list(written) if isinstance(written, list) else []
