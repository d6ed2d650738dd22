"""Suggestions while one types: by the beginning of names, only what a viewer may see, in order."""

from functools import partial
from typing import Any
from uuid import UUID

import httpx
import pytest

from genonaut.api.services.suggestion_service import SuggestionService
from genonaut.content.viewer import EVERYTHING, VISITOR, Viewer
from genonaut.db.counts import build_counts
from genonaut.db.session import Database
from tests.support.plans import plans
from tests.support.rows import run

ROUTE = "/api/v1/search/suggestions"
TAGS = {"sea": 3, "seaside": 1, "Café Noir": 1, 'a "quoted" one': 1}


@pytest.fixture
def users(client: httpx.Client, database: Database) -> dict[str, UUID]:
    """Two, with tags and models; a tag and a model are on a private item of Ada's alone."""
    found = {}
    for name in ("ada", "Séamus"):
        found[name] = client.post("/api/v1/users", json={"username": name}).json()["id"]
    for tag, number in TAGS.items():
        add(client, found["Séamus"], [tag], "SDXL Base 1.0", number)
    add(client, found["Séamus"], [], "sd 1.5", 2)
    add(client, found["ada"], ["secret"], "secret model", 1, visibility="private")
    build_counts(database, "the tests")
    return {name: UUID(user) for name, user in found.items()}


def add(
    client: httpx.Client, user: str, tags: list[str], model: str, number: int, **more: Any
) -> None:
    item = {"prompt": "p", "creator_id": user, "tags": tags, "item_metadata": {"model": model}}
    answer = client.post("/api/v1/content", json=[item | more] * number)
    assert answer.status_code == 201, answer.text


def suggested(client: httpx.Client, typed: str, **more: int) -> list[tuple[str, str, int | None]]:
    answer = client.get(ROUTE, params={"q": typed, **more})
    assert answer.status_code == 200, answer.text
    return [(one["kind"], one["search"], one["count"]) for one in answer.json()["suggestions"]]


@pytest.mark.usefixtures("users")
@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("tag:se", [("tag", "tag:sea", 3), ("tag", "tag:seaside", 1), ("tag", "tag:secret", 1)]),
        ("fox -tag:sea", [("tag", "-tag:sea", 3), ("tag", "-tag:seaside", 1)]),
        ("TAG:CAFE", [("tag", 'tag:"café noir"', 1)]),
        ('tag:"cafe n', [("tag", 'tag:"café noir"', 1)]),
        ("model:sd", [("model", 'model:"sd 1.5"', None), ("model", 'model:"SDXL Base 1.0"', None)]),
        ("by:sea", [("user", "by:Séamus", 8)]),
        ("mod", [("field", "model:", None)]),
        ("is:pr", [("field", "is:private", None)]),
        ("-has:", [("field", "-has:workflow", None)]),
        ("seed:1", []), ("s", []), ("", []), ("sea ", []), ("%%%", []), ("xyz", []), ('"', []),
    ],
)  # fmt: skip
def test_what_is_suggested(
    client: httpx.Client, typed: str, expected: list[tuple[str, str, int | None]]
) -> None:
    assert suggested(client, typed) == expected


@pytest.mark.usefixtures("users")
def test_a_word_may_be_anything(client: httpx.Client) -> None:
    assert suggested(client, "fox se") == [
        ("tag", "tag:sea", 3),
        ("tag", "tag:seaside", 1),
        ("tag", "tag:secret", 1),
        ("model", 'model:"secret model"', None),
        ("user", "by:Séamus", 8),
        ("field", "seed:", None),
    ]
    assert len(suggested(client, "se", limit=2)) == 2


@pytest.mark.usefixtures("users")
def test_what_is_suggested_can_be_searched_for(client: httpx.Client) -> None:
    for typed in ('tag:"a', "tag:se", "by:", "tag:", "model:sd"):
        for _, search, count in suggested(client, typed, limit=20):
            page = client.get("/api/v1/content/unified", params={"search_term": search}).json()
            assert page["pagination"]["total_count"] == (count or page["pagination"]["total_count"])
            assert page["pagination"]["total_count"] > 0, search


def test_only_what_may_be_seen_is_suggested(database: Database, users: dict[str, UUID]) -> None:
    with database.snapshot() as session:
        service = SuggestionService(session)
        for viewer, counts in (
            (VISITOR, {}),
            (Viewer(users["Séamus"]), {}),
            (Viewer(users["ada"]), {"tag:secret": 1}),
            (EVERYTHING, {"tag:secret": 1, 'model:"secret model"': None}),
        ):
            found = service.suggest(viewer, "secret", 20)
            assert {one.search: one.count for one in found} == counts
        [ada] = service.suggest(VISITOR, "by:ada", 5)
        assert ada.count == 0
        [ada] = service.suggest(Viewer(users["ada"]), "by:ada", 5)
        assert ada.count == 1


@pytest.mark.parametrize(("params", "field"), [({"q": "x" * 101}, "q"), ({"limit": 21}, "limit")])
def test_it_has_limits(client: httpx.Client, params: dict[str, Any], field: str) -> None:
    answer = client.get(ROUTE, params=params)
    assert answer.status_code == 422
    assert answer.json()["fields"][0]["field"] == field


def test_names_are_found_by_index_however_many_there_are(database: Database) -> None:
    run(database, "INSERT INTO users (username) SELECT 'user ' || n FROM generate_series(1, 300) n")
    run(database, "INSERT INTO tags (name) SELECT 'tag ' || n FROM generate_series(1, 20000) AS n")
    run(
        database,
        "INSERT INTO content_items_all"
        " (source_type, title, content_data, prompt, creator_id, item_metadata)"
        " SELECT 'items', '', '', '', (SELECT min(id::text)::uuid FROM users),"
        " jsonb_build_object('model', 'model ' || n % 7) FROM generate_series(1, 5000) AS n",
    )
    run(database, "ANALYZE")
    build_counts(database, "the tests")
    with database.snapshot() as session:
        service = SuggestionService(session)
        for typed in ("tag:tag 17", "by:user", "model:mod"):
            for plan in plans(session, partial(service.suggest, EVERYTHING, typed, 8)):
                assert plan.buffers < 1_500, (typed, plan.statement, plan.buffers)
                read = {
                    node["Relation Name"] for node in plan.nodes if node["Node Type"] == "Seq Scan"
                }
                assert not read & {"tags", "content_items"}, (typed, plan.statement)
        assert [one.name for one in service.suggest(EVERYTHING, "model:mod", 20)] == [
            f"model {n}" for n in range(7)
        ]
