"""Lists by model, seed and creator: the items and the totals of SQL, found by an index."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy.orm import Session

from genonaut.api.gallery.query import LONGEST_MODEL, GalleryQuery
from genonaut.api.services.gallery_service import GalleryService
from genonaut.config import Settings
from genonaut.content.viewer import EVERYTHING
from genonaut.db.session import Database
from tests.support.galleries import (
    ADA,
    COMBINATIONS,
    GRACE,
    LURKER,
    SWITCHES,
    VIEWERS,
    asked,
    expected_ids,
    fill,
    forward,
    ids,
    read,
)
from tests.support.plans import plans

LONG = "m" * 5000
# A model of every kind that JSON allows, and seeds as numbers and as texts.
SETTINGS = f"""
UPDATE content_items_all SET item_metadata = CASE id %% 7
    WHEN 0 THEN '{{}}' WHEN 1 THEN '{{"seeds": 7}}' WHEN 2 THEN '{{"model": null, "seed": -1}}'
    WHEN 3 THEN jsonb_build_object('model', 'dream ''"%%\\_8 é🦊', 'seed', 18446744073709551615)
    WHEN 4 THEN jsonb_build_object('model', '{LONG}' || id, 'seed', '7')
    WHEN 5 THEN '{{"model": "plain", "seed": 7}}' ELSE '{{"model": {{"name": "plain"}}}}' END"""
MADE_WITH = [
    {"model": "plain"},
    {"model": "dream '\"%\\_8 é🦊"},
    {"model": "PLAIN"},
    {"model": LONG[:LONGEST_MODEL]},
    {"seed": "7"},
    {"seed": "18446744073709551615"},
    {"seed": "-1", "model": ""},
    {"model": "plain", "seed": "7"},
    {"model": "plain", "seed": "8"},
]


@pytest.fixture
def made(database: Database) -> Database:
    fill(database)
    with database.transaction() as session:
        session.connection().exec_driver_sql(SETTINGS, ())
    return database


def expected(session: Session, wanted: dict[str, str], among: list[int]) -> list[int]:
    """The ids by plain SQL that knows no index."""
    rows = session.connection().exec_driver_sql(
        "SELECT id FROM content_items_all WHERE (%(model)s = '' OR"
        f" substr(item_metadata ->> 'model', 1, {LONGEST_MODEL}) = %(model)s)"
        " AND (%(seed)s = '' OR item_metadata ->> 'seed' = %(seed)s)",
        {"model": "", "seed": ""} | wanted,
    )
    found = set(rows.scalars())
    return [one for one in among if one in found]


@pytest.mark.sampled(5)
@pytest.mark.parametrize("viewer", VIEWERS.values(), ids=VIEWERS)
@pytest.mark.parametrize("wanted", MADE_WITH, ids=str)
def test_a_model_and_a_seed(
    client: httpx.Client, made: Database, wanted: dict[str, str], viewer: str | None
) -> None:
    for switches in COMBINATIONS:
        params = asked(switches, viewer, page_size=4, **wanted)
        pages = list(forward(client, params))
        with made.snapshot() as session:
            right = expected(session, wanted, expected_ids(session, switches, viewer))
        assert ids(pages) == right, switches
        totals = {page["pagination"]["total_count"] for page in pages}
        assert totals == {len(right)}
        assert not any(page["pagination"]["total_is_estimate"] for page in pages)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("viewer", VIEWERS.values(), ids=VIEWERS)
@pytest.mark.parametrize("creator", [ADA, GRACE, LURKER, str(UUID(int=9))])
def test_a_creator(client: httpx.Client, made: Database, creator: str, viewer: str | None) -> None:
    with made.snapshot() as session:
        theirs = set(
            session.connection()
            .exec_driver_sql("SELECT id FROM content_items_all WHERE creator_id = %s", (creator,))
            .scalars()
        )
    stats = read(client, asked(SWITCHES, viewer, include_stats=True))["stats"]
    for switches in COMBINATIONS:
        with made.snapshot() as session:
            right = [one for one in expected_ids(session, switches, viewer) if one in theirs]
        for more in ({}, {"model": "plain"}):
            with made.snapshot() as session:
                here = expected(session, more, right)
            params = asked(switches, viewer, page_size=7, creator=creator, **more)
            pages = list(forward(client, params | {"include_stats": True}))
            assert ids(pages) == here, switches
            assert {page["pagination"]["total_count"] for page in pages} == {len(here)}
            # The four counts are about the viewer, also when the list is of a creator.
            assert all(_same(page["stats"], stats) for page in pages)


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return all(one[key] == other[key] for key in one if key.endswith("_count"))


@pytest.mark.parametrize(
    "wrong",
    [{"model": "m" * 201}, {"model": "a\0b"}, {"seed": "1" * 41}, {"creator": "ada"}],
    ids=str,
)
def test_what_is_no_model_no_seed_and_no_creator(
    client: httpx.Client, wrong: dict[str, str]
) -> None:
    assert client.get("/api/v1/content/unified", params=wrong).status_code == 422


def test_a_cursor_belongs_to_its_list(client: httpx.Client, made: Database) -> None:
    cursor = read(client, {"page_size": 2})["pagination"]["next_cursor"]
    for other in ({"model": "plain"}, {"seed": "7"}, {"creator": ADA}):
        answer = client.get(
            "/api/v1/content/unified", params={"page_size": 2, "cursor": cursor, **other}
        )
        assert answer.status_code == 400


@pytest.mark.parametrize("wanted", [{"model": "rare"}, {"seed": "77"}], ids=str)
def test_a_rare_one_is_found_by_its_index(
    database: Database, settings: Settings, wanted: dict[str, Any]
) -> None:
    fill(database)
    with database.transaction() as session:
        session.connection().exec_driver_sql(MANY, ())
    with database.snapshot() as session:
        service = GalleryService(session, settings.gallery)
        found = plans(session, lambda: service.page(EVERYTHING, GalleryQuery(**wanted)))
    [listing] = [plan for plan in found if "creator_username" in plan.statement]
    assert listing.buffers < 200
    key = next(iter(wanted))
    assert any(index.startswith("content_items_auto_left") for index in listing.indexes), key
    scanned = {node["Relation Name"] for node in listing.nodes if node["Node Type"] == "Seq Scan"}
    assert not scanned & {"content_items", "content_items_auto"}


MANY = f"""
INSERT INTO content_items_all (source_type, title, content_data, prompt, creator_id, item_metadata)
SELECT CASE WHEN n %% 2 = 0 THEN 'items' ELSE 'auto' END, 'one of many', '', '', '{ADA}',
       jsonb_build_object('model', CASE n %% 5000 WHEN 1 THEN 'rare' ELSE 'common' END, 'seed', n)
FROM generate_series(1, 20000) AS n;
ANALYZE content_items, content_items_auto"""
