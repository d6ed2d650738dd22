"""An item's page."""

import json
from collections.abc import Iterable
from typing import Any, Final

from genonaut.api.entities import Item
from genonaut.web.contexts import ItemContext, Link
from genonaut.web.page_view import PageView
from genonaut.web.rendering import utc
from genonaut.web.state import GalleryState
from genonaut.web.views.parts import cards_of, tag_value

MOST_FACTS: Final = 40
_HIDDEN: Final = {"tags", "import_key"}
"""Shown elsewhere, or of no interest."""


def item_context(view: PageView, item: Item) -> ItemContext:
    """Everything on the page."""
    viewer = view.viewer
    [card] = cards_of(view, [item])
    return ItemContext(
        title=item.title,
        viewer=viewer,
        card=card,
        tags=tuple(
            Link(tag, GalleryState(tags=(tag_value(tag, None),)).url()) for tag in item.tags
        ),
        facts=tuple(_facts(item)),
        back=view.state.url(),
        kept=tuple(view.state.parameters()),
        is_own=viewer.user_id is not None and item.creator_id == viewer.user_id,
    )


def _facts(item: Item) -> Iterable[tuple[str, str]]:
    """What is known about how it was made; metadata is any JSON."""
    yield "Number", str(item.id)
    yield "Made", utc(item.created_at)
    if item.updated_at != item.created_at:
        yield "Changed", utc(item.updated_at)
    yield "Kind", item.content_type
    yield "Quality", f"{item.quality_score:g}"
    metadata = dict(item.item_metadata)
    if {"width", "height"} <= metadata.keys():
        yield "Size", f"{_plain(metadata.pop('width'))} × {_plain(metadata.pop('height'))}"  # noqa: RUF001
    for key in sorted(metadata.keys() - _HIDDEN)[:MOST_FACTS]:
        if metadata[key] not in (None, "", [], {}):
            yield key.replace("_", " ").capitalize(), _plain(metadata[key])


def _plain(value: Any) -> str:  # noqa: ANN401 - JSON is anything
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return f"{value:g}" if isinstance(value, float) else str(value)
