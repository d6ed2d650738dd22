"""Mochi Diffusion: one line of `name: value` in the description."""

import re

from genonaut.ingest.programs.by_name import settings
from genonaut.ingest.programs.left import Left, Settings

_NAMES = {
    "Include in Image": "prompt",
    "Exclude from Image": "negative_prompt",
    "Model": "model",
    "Steps": "steps",
    "Guidance Scale": "cfg_scale",
    "Seed": "seed",
    "Scheduler": "sampler",
    "Date": "date",
    "Size": "size",
    "Upscaler": "upscaler",
    "ML Compute Unit": "unit",
    "Generator": "generator",
}
_LABEL = re.compile(rf"(?:^|;\s)\s*({'|'.join(_NAMES)}): ")


def mochi(left: Left) -> Settings | None:
    """Known by its name at the end, or by the label of its prompt."""
    for text in left.texts.values():
        labels = list(_LABEL.finditer(text)) if "Include in Image: " in text else []
        ends = [*(label.start() for label in labels[1:]), len(text)]
        found = {
            _NAMES[label[1]]: text[label.end() : end].strip(" ;\n")
            for label, end in zip(labels, ends, strict=False)
        }
        if "prompt" in found:
            return settings(found)
    return None
