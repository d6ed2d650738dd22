"""A client that was written for an earlier program: each of its requests, and what it reads of it.

They are in tests/cases/older_client/requests.json, in the order in which they are sent.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from genonaut.db.counts import build_counts
from genonaut.db.session import Database
from tests.support.docs import ROOT
from tests.support.rows import add_items, add_tag, add_user

REQUESTS = json.loads((ROOT / "tests/cases/older_client/requests.json").read_text("utf-8"))
SHAPES: dict[str, Any] = {
    "pagination": {
        "page": "count",
        "page_size": "count",
        "total_count": "count",
        "total_pages": "count",
        "has_next": "yes or no",
        "has_previous": "yes or no",
    },
    "item": {
        "id": "count",
        "title": "text",
        "content_type": "text",
        "content_data": "text",
        "quality_score": "number",
        "created_at": "time",
        "updated_at": "time",
        "creator_id": "uuid",
        "item_metadata": "object",
        "tags": "list",
        "prompt": "text",
    },
}
KINDS: dict[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "count": lambda value: type(value) is int and value >= 0,
    "number": lambda value: isinstance(value, int | float),
    "yes or no": lambda value: isinstance(value, bool),
    "list": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "uuid": lambda value: str(UUID(value)) == value,
    "time": lambda value: datetime.fromisoformat(value).tzinfo is not None,
}


def check(value: Any, shape: Any, where: str) -> None:
    """Everything that the client reads is there, and of its kind; there may be more."""
    shape = SHAPES.get(shape, shape) if isinstance(shape, str) else shape
    if isinstance(shape, dict):
        for key, inner in shape.items():
            assert key in value, f"{where}.{key} is missing"
            check(value[key], inner, f"{where}.{key}")
    elif isinstance(shape, list):
        assert value, f"{where} is empty"
        for number, one in enumerate(value):
            check(one, shape[0], f"{where}[{number}]")
    else:
        assert KINDS[shape](value), f"{where} is {value!r}, and no {shape}"


@pytest.fixture
def names(database: Database) -> dict[str, str]:
    """What the paths name: a user with items of both sources and tags on them."""
    user = add_user(database, "ada")
    add_user(database, "grace")
    regular = add_items(database, user, 3, title="Sea", prompt="a calm sea")
    auto = add_items(database, user, 3, "auto", title="Sea", prompt="a calm sea")
    tag = add_tag(database, "sea", [*regular, *auto])
    add_tag(database, "night", regular[:1])
    build_counts(database, "test")
    return {"user": user, "item": str(regular[0]), "auto": str(auto[0]), "tag": tag}


def test_all_of_its_requests_get_what_it_reads(client: httpx.Client, names: dict[str, str]) -> None:
    for each in REQUESTS:
        method, path = each["request"].format(**names).split(" ")
        answer = client.request(method, path, json=each.get("body"))
        assert answer.status_code == each["status"], f"{method} {path}: {answer.text}"
        if each["shape"] is not None:
            check(answer.json(), each["shape"], f"{method} {path}")


def test_a_shape_that_is_not_right_is_noticed() -> None:
    for value, shape in (
        ({}, {"a": "text"}),
        ({"a": 1}, {"a": "text"}),
        ([], ["count"]),
        ([-1], ["count"]),
        ({"page": 1}, "pagination"),
    ):
        with pytest.raises(AssertionError):
            check(value, shape, "x")
