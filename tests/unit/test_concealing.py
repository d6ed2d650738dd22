"""What is left of an item without its prompt: nothing by which the prompt could be known."""

from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from genonaut.api.bookmarks.concealing import concealed
from genonaut.api.entities import Item

PROMPT = "a brass telescope by the sea, oil on canvas, 灯台の夕暮れに立つ人"
METADATA = {"negative_prompt": "blurry hands", "seed": 991, "workflow": {"node": "telescope"}}


def item(**changed: Any) -> Item:
    values: dict[str, Any] = {
        "id": 17,
        "title": "Sunday",
        "content_type": "image",
        "content_data": "library/brass-telescope-991.png",
        "path_thumb": "thumbs/brass-telescope.webp",
        "prompt": PROMPT,
        "creator_id": UUID(int=1),
        "creator_username": "ada",
        "item_metadata": METADATA,
        "quality_score": 0.93,
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
        "updated_at": datetime(2026, 1, 2, tzinfo=UTC),
        "source_type": "regular",
        "visibility": "private",
        "tags": ("telescope", "sea"),
        "rating": 5,
        "rating_mean": 4.5,
        "rating_count": 2,
    }
    return Item(**values | changed)


def test_no_word_of_it_is_left() -> None:
    left = str(asdict(concealed(item()))).lower()
    for word in ("telescope", "sea", "canvas", "灯台", "blurry", "991", "0.93", "workflow"):
        assert word not in left
    assert concealed(item()).title == "Sunday"


def test_only_what_is_named_is_shown() -> None:
    """A field that items get later has to be thought of here."""
    shown = {"id", "title", "content_type", "creator_id", "creator_username", "created_at"}
    shown |= {"updated_at", "source_type", "visibility"}
    hidden = {"content_data", "path_thumb", "prompt", "item_metadata", "quality_score", "tags"}
    hidden |= {"names_file", "rating", "rating_mean", "rating_count"}
    assert {field.name for field in fields(Item)} == shown | hidden
    before, after = item(), concealed(item())
    assert {name for name in shown if getattr(before, name) != getattr(after, name)} == set()
    assert {name for name in hidden if getattr(before, name) == getattr(after, name)} == set()


@pytest.mark.parametrize(
    "title",
    [
        "a brass telescope by the sea…",
        "A BRASS TELESCOPE!",
        "Brass-Telescope, final",
        "sea",
        "灯台の夕暮れ",
        "My telescopes by night",
        "\uff22\uff32\uff21\uff33\uff33 \uff34\uff25\uff2c\uff25\uff33\uff23\uff2f\uff30\uff25",
        "blurry hands",
        "brass-telescope-991",
        "991",
    ],
)
def test_a_title_that_is_made_of_it_is_not_shown(title: str) -> None:
    assert concealed(item(title=title)).title == "Untitled"


@pytest.mark.parametrize("title", ["Sunday", "For my mother", "Nummer 4711", "…"])
def test_another_title_is(title: str) -> None:
    assert concealed(item(title=title)).title == title
