"""Facets: for each viewer, each number is that of SQL and that of the list behind it."""

from dataclasses import replace
from itertools import product
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy.orm import Session

from genonaut.api.gallery.facets import FACETS, FacetQuery, Facets, FacetValue
from genonaut.api.gallery.query import GalleryQuery
from genonaut.api.services.gallery_service import GalleryService
from genonaut.config import Settings
from genonaut.content.viewer import Viewer
from genonaut.counting.engine import fold
from genonaut.db.counts import COUNTS, build_counts
from genonaut.db.session import Database
from tests.support.facets import fill, truth
from tests.support.galleries import COMBINATIONS, SWITCHES
from tests.support.servers import patient
from tests.support.viewers import ADA, CY, EYES, Truth

ALL = FacetQuery(FACETS, 200)
THREE = ("visitor", "ada", "admin")
FILTERS: list[dict[str, Any]] = [
    {"search": "fox"},
    {"tags": ("fox",), "tag_match": "all"},
    {"tags": ("fox", "night, sky"), "tag_match": "all"},
    {"model": "flux dev"},
    {"sampler": "Euler a", "month": "2026-02"},
    {"loras": ("detail",)},
    {"loras": ("detail", "ink, wash"), "search": "sea"},
    {"search": "fox", "creator": ADA},
    {"search": "nowhere"},
]


@pytest.fixture
def filled(database: Database) -> Database:
    with database.transaction() as session:
        fill(session.connection())
    build_counts(database, "test")
    return database


@pytest.fixture
def service(filled: Database, settings: Settings, request: pytest.FixtureRequest) -> GalleryService:
    session = request.getfixturevalue("snapshot")
    return GalleryService(session, patient(settings).gallery)


@pytest.fixture
def snapshot(filled: Database) -> Any:
    with filled.snapshot() as session:
        yield session


def numbers(facets: Facets) -> dict[tuple[str, str], int]:
    assert facets.known
    assert not facets.more
    assert all(value.exact for value in facets.values)
    return {(value.facet, value.value): value.count for value in facets.values}


def narrowed(query: GalleryQuery, value: FacetValue) -> GalleryQuery:
    """The list that a value leads to."""
    match value.facet:
        case "source":
            [switch] = (name for name in SWITCHES if name == value.value)
            return replace(query, switches=frozenset({switch}))
        case "lora":
            return replace(query, loras=(*query.loras, value.value))
        case "tag":
            return replace(query, tags=(*query.tags, value.value), tag_match="all")
        case "creator":
            return replace(query, creator=UUID(value.value))
    given: dict[str, Any] = {value.facet: value.value}
    return replace(query, **given)


def total(service: GalleryService, viewer: Viewer, query: GalleryQuery) -> int:
    pagination = service.page(viewer, query).pagination
    assert not pagination.total_is_estimate
    return pagination.total_count


def check(
    service: GalleryService, session: Session, viewer: Viewer, query: GalleryQuery, among: list[int]
) -> Facets:
    """Compare with SQL; the caller may follow the links."""
    found = service.facets(viewer, query, ALL)
    right = truth(session.connection(), viewer, query.user_id, among)
    assert numbers(found) == right, query
    return found


@pytest.mark.sampled(2)
@pytest.mark.parametrize("eyes", EYES)
def test_each_number_is_that_of_sql(service: GalleryService, snapshot: Session, eyes: str) -> None:
    """For each combination of the switches, for all creators and for one."""
    viewer = EYES[eyes]
    seen = Truth(snapshot.connection(), viewer)
    for switches, whose, creator in product(
        COMBINATIONS, {None, viewer.user_id, CY}, (None, ADA, CY)
    ):
        query = GalleryQuery(switches=frozenset(switches), user_id=whose, creator=creator)
        check(service, snapshot, viewer, query, seen.ids(switches, whose, creator=creator))


@pytest.mark.sampled(2)
@pytest.mark.parametrize("eyes", THREE)
def test_each_number_is_that_of_the_list_behind_it(
    service: GalleryService, snapshot: Session, eyes: str
) -> None:
    viewer = EYES[eyes]
    for switches in (SWITCHES, SWITCHES[2:], SWITCHES[:3], SWITCHES[1:3]):
        for creator in (None, CY):
            query = GalleryQuery(
                switches=frozenset(switches), user_id=viewer.user_id, creator=creator
            )
            for value in service.facets(viewer, query, ALL).values:
                assert total(service, viewer, narrowed(query, value)) == value.count > 0, value


@pytest.mark.sampled(5)
@pytest.mark.parametrize("eyes", THREE)
@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_with_other_filters_what_is_few_is_counted(
    service: GalleryService, snapshot: Session, eyes: str, filters: dict[str, Any]
) -> None:
    viewer = EYES[eyes]
    query = GalleryQuery(user_id=viewer.user_id, page_size=1000, **filters)
    among = [item.id for item in service.page(viewer, query).items]
    found = check(service, snapshot, viewer, query, among)
    for value in found.values:
        assert total(service, viewer, narrowed(query, value)) == value.count > 0, value


def test_what_is_many_is_at_least_so_many(
    service: GalleryService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("genonaut.api.services.facet_service.SAMPLE", 10)
    monkeypatch.setattr("genonaut.api.repositories.facet_sample.SAMPLE", 10)
    query = GalleryQuery(search="sea")
    found = service.facets(EYES["admin"], query, ALL)
    assert found.values
    for value in found.values:
        right = total(service, EYES["admin"], narrowed(query, value))
        assert 0 < value.count <= right
        assert not value.exact
    # The number of a value that all of them have is that of the list.
    [model] = service.facets(
        EYES["admin"], GalleryQuery(model="flux dev"), FacetQuery(("model",))
    ).values
    assert model.exact
    assert model.count == total(service, EYES["admin"], GalleryQuery(model="flux dev")) > 10


def test_what_takes_too_long_is_not_known(
    snapshot: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "genonaut.api.repositories.facet_sample._largest",
        lambda _form: __import__("sqlalchemy").text("SELECT pg_sleep(60)"),
    )
    hasty = settings.gallery.model_copy(update={"count_timeout_seconds": 0.05})
    found = GalleryService(snapshot, hasty).facets(
        EYES["admin"], GalleryQuery(sampler="5", month="2026-02"), ALL
    )
    assert not found.known
    assert not found.values


def test_of_several_tags_any_of_them_no_other_is_offered(service: GalleryService) -> None:
    query = GalleryQuery(tags=("fox", "sea"), tag_match="any")
    facets = {value.facet for value in service.facets(EYES["admin"], query, ALL).values}
    assert "tag" not in facets
    assert "model" in facets


@pytest.mark.long
def test_the_largest_are_found_among_the_largest_stored_ones(
    filled: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With any counts stored and any in the ledger, and with one candidate as with many."""
    for folded, candidates in product((False, True), (1, 2, 100)):
        if folded:
            for count in COUNTS.values():
                with filled.transaction() as session:
                    fold(session, count)
        monkeypatch.setattr("genonaut.api.repositories.facet_repository.PER_VALUE", candidates)
        with filled.snapshot() as session:
            service = GalleryService(session, settings.gallery)
            for eyes, limit in product(EYES, (1, 2, 3)):
                viewer = EYES[eyes]
                query = GalleryQuery(user_id=viewer.user_id, switches=frozenset(SWITCHES[2:]))
                whole = service.facets(viewer, query, ALL)
                found = service.facets(viewer, query, FacetQuery(FACETS, limit))
                for facet in FACETS:
                    values = [value.count for value in whole.of(facet)]
                    assert [one.count for one in found.of(facet)] == values[:limit]
                    assert (facet in found.more) == (len(values) > limit)


def test_a_part_of_a_name(service: GalleryService) -> None:
    def found(facet: Any, part: str) -> list[str]:
        asked = FacetQuery((facet,), 200, part)
        return [one.name for one in service.facets(EYES["admin"], GalleryQuery(), asked).values]

    assert found("model", "FLUX") == ["flux dev"]
    assert found("tag", "night, S") == ["night, sky"]
    assert found("creator", "d") == ["ada"]
    assert found("model", "%") == ["it's 100% <b>&amp;\" é 🦊"]
    assert found("model", "no such") == []
    assert found("source", "auto") == ["Community auto-gens"]


def test_before_the_counts_are_built_items_are_counted(
    database: Database, settings: Settings
) -> None:
    with database.transaction() as session:
        fill(session.connection())
        session.connection().exec_driver_sql("DELETE FROM facet_refreshes")
    with database.snapshot() as session:
        service = GalleryService(session, patient(settings).gallery)
        query = GalleryQuery(page_size=1000)
        among = [item.id for item in service.page(EYES["ada"], query).items]
        check(service, session, EYES["ada"], query, among)


def test_the_route(client: httpx.Client, filled: Database) -> None:
    with filled.snapshot() as session:
        right = truth(session.connection(), EYES["admin"], ADA, Truth(
            session.connection(), EYES["admin"]).ids(SWITCHES, ADA))  # fmt: skip
    given: dict[str, Any] = {"user_id": str(ADA), "limit": 200}
    answer = client.get("/api/v1/content/facets", params=given)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert {(one["facet"], one["value"]): one["count"] for one in body["values"]} == right
    assert all(one["exact"] for one in body["values"])
    assert body["more"] == []
    assert body["known"] is True
    assert body["as_of"].endswith("Z")
    few = client.get("/api/v1/content/facets", params=given | {"limit": 1, "facet": "lora"}).json()
    assert [one["value"] for one in few["values"]] == ["detail"]
    assert few["more"] == ["lora"]
    lists = client.get("/api/v1/content/unified", params={"lora": ["detail", "ink, wash"]}).json()
    among = client.get("/api/v1/content/facets", params={"lora": "detail", "facet": "lora"}).json()
    counts = {one["value"]: one["count"] for one in among["values"]}
    assert counts["ink, wash"] == lists["pagination"]["total_count"] > 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"facet": "colour"}, {"limit": 0}, {"limit": 201}, {"part": "a\0b"}, {"month": "2026-13"},
        {"month": "2026-1"}, {"month": "0999-01"}, {"sampler": "s" * 201}, {"lora": "l" * 201},
        {"lora": ["l"] * 9}, {"facet": ["model"] * 8},
    ],
    ids=lambda wrong: str(wrong)[:30],
)  # fmt: skip
def test_what_is_refused(client: httpx.Client, wrong: dict[str, Any]) -> None:
    assert client.get("/api/v1/content/facets", params=wrong).status_code == 422
