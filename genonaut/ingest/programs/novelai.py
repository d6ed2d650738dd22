"""NovelAI: the prompt as plain text and the rest as JSON; its WebP has all of it in one JSON."""

from typing import Any

from genonaut.ingest.programs.by_name import settings, with_prompt
from genonaut.ingest.programs.left import Left, Settings
from genonaut.ingest.programs.written import json_object

_MARKS = ({"v4_prompt"}, {"signed_hash"}, {"uc", "noise_schedule"}, {"uc", "request_type"})


def novelai(left: Left) -> Settings | None:
    """Known by the name of the software, or by what only NovelAI writes."""
    for whole in (*left.with_key("Comment"), {}):
        texts = dict(left.texts) | {n: text for n, text in whole.items() if isinstance(text, str)}
        comment = json_object(texts.get("Comment"))
        is_named = texts.get("Software", texts.get("Source", "")).startswith("NovelAI")
        if is_named or any(comment.keys() >= mark for mark in _MARKS):
            return _read(texts, comment)
    for comment in left.objects.values():
        if any(comment.keys() >= mark for mark in _MARKS):
            return _read(dict(left.texts), dict(comment))
    return None


def _read(texts: dict[str, str], comment: dict[str, Any]) -> Settings:
    comment.setdefault("prompt", texts.get("Description"))
    for name, captions in (("prompt", "v4_prompt"), ("uc", "v4_negative_prompt")):
        comment[name] = _captions(comment.get(captions)) or comment.get(name)
    return with_prompt(settings({"model": texts.get("Source")} | comment))


def _captions(written: object) -> str:
    """A prompt of NovelAI 4: one text for the whole, and one for each character."""
    caption = written.get("caption") if isinstance(written, dict) else None
    if not isinstance(caption, dict):
        return ""
    characters = caption.get("char_captions")
    parts = [caption.get("base_caption")] + [
        part.get("char_caption")
        for part in (characters if isinstance(characters, list) else [])
        if isinstance(part, dict)
    ]
    return "\n".join(part.strip() for part in parts if isinstance(part, str) and part.strip())
