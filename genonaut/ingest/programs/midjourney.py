"""Midjourney: a description that ends with the number of its job."""

import re

from genonaut.ingest.programs.left import Left, Settings

_JOB = re.compile(r"\s*Job ID: [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\s*")
_OPTION = re.compile(r"\s--(seed|stop|ar|v|niji|no) ([^\s-]\S*)")


def midjourney(left: Left) -> Settings | None:
    """The prompt stays as it was typed, with its options."""
    for text in left.texts.values():
        job = _JOB.search(text, max(0, len(text) - 200))
        if job and job.end() == len(text):
            prompt = text[: job.start()].strip()
            options = dict(_OPTION.findall(prompt))
            version = options.get("v", options.get("niji"))
            return {"prompt": prompt, "seed": options.get("seed"), "model": version}
    return None
