"""Draw Things: JSON with short names in XMP, as its user's comment."""

from genonaut.ingest.programs.by_name import loras, settings, with_prompt
from genonaut.ingest.programs.left import Left, Settings


def draw_things(left: Left) -> Settings | None:
    """`c` is the prompt and `uc` the negative one."""
    for document in left.with_key("c", "seed", "steps"):
        if isinstance(document["c"], str):
            found = settings(document | {"prompt": document["c"]})
            return with_prompt(found) | {"loras": loras(document.get("lora"))}
    return None
