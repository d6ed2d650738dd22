"""Lists by sampler, LoRA and month are found by an index; facets read no item, and few counts."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from genonaut.api.gallery.facets import FACETS, FacetQuery
from genonaut.api.gallery.query import GalleryQuery
from genonaut.api.services.gallery_service import GalleryService
from genonaut.config import Settings
from genonaut.content.viewer import EVERYTHING, VISITOR, Viewer
from genonaut.db.counts import build_counts
from genonaut.db.session import Database
from tests.support.galleries import ADA
from tests.support.plans import Plan, plans
from tests.support.servers import SERVERS, new_database, patient

ITEMS = 40_000
# Common and rare ones of everything, and a LoRA and a tag of their own for every fourth item.
MANY = f"""
INSERT INTO users (id, username) VALUES ('{ADA}', 'ada');
INSERT INTO users (username) SELECT 'user ' || n FROM generate_series(1, 400) AS n;
INSERT INTO content_items_all (source_type, title, content_data, prompt, creator_id, visibility,
                               created_at, quality_score, item_metadata)
SELECT CASE WHEN n % 3 = 0 THEN 'items' ELSE 'auto' END, 'one of many', '', 'p',
       CASE WHEN n % 5 = 0 THEN '{ADA}' ELSE others.id END,
       CASE WHEN n % 10 = 0 THEN 'private' ELSE 'public' END,
       timestamptz '2020-01-01 00:00:00+00' + n * interval '1 hour', n % 101,
       jsonb_build_object('model', 'model ' || n % 7, 'sampler',
           CASE WHEN n % 2000 = 1 THEN 'rare' ELSE 'common' END, 'loras', jsonb_build_array(
           CASE WHEN n % 2000 = 1 THEN 'rare' WHEN n % 4 = 0 THEN 'own ' || n ELSE 'common' END))
FROM generate_series(1, {ITEMS}) AS n
JOIN (SELECT id, row_number() OVER (ORDER BY username) AS place FROM users) AS others
     ON place = 1 + n % 400;
INSERT INTO tags (name) SELECT 'tag ' || n FROM generate_series(1, 9000) AS n;
INSERT INTO content_tags (content_id, source_type, tag_id, creator_id, visibility)
SELECT item.id, source_type, tags.id, creator_id, visibility
FROM (SELECT id, source_type, creator_id, visibility, row_number() OVER (ORDER BY id) AS n
      FROM content_items_all) AS item
JOIN tags ON tags.name = 'tag ' || CASE WHEN n % 3 = 0 THEN n % 20 + 1 ELSE n % 9000 + 1 END"""
MEMBER = Viewer(UUID(ADA))


@pytest.fixture(
    scope="module", params=[SERVERS[0], pytest.param(SERVERS[1], marks=pytest.mark.long)]
)
def many(
    request: pytest.FixtureRequest, open_server: Callable[[str], tuple[Settings, Database]]
) -> Iterator[tuple[Settings, Database]]:
    settings, server = open_server(request.param)
    with new_database(server, migrated=True) as database:
        with database.transaction() as session:
            session.connection().exec_driver_sql("SET LOCAL session_replication_role = replica")
            session.connection().exec_driver_sql(MANY.replace("%", "%%"))
        build_counts(database, "test")
        autocommit = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        with autocommit.connect() as connection:
            connection.exec_driver_sql("VACUUM (FREEZE, ANALYZE)")
        yield settings, database


@pytest.fixture
def session(many: tuple[Settings, Database]) -> Iterator[Session]:
    with many[1].snapshot() as session:
        yield session


@pytest.fixture
def service(many: tuple[Settings, Database], session: Session) -> GalleryService:
    return GalleryService(session, patient(many[0]).gallery)


def listing(service: GalleryService, session: Session, viewer: Viewer, **query: Any) -> Plan:
    found = plans(session, lambda: service.page(viewer, GalleryQuery(**query)))
    [plan] = [plan for plan in found if "creator_username" in plan.statement]
    assert not any("counting" in one.statement for one in found), "the total is known"
    return plan


@pytest.mark.sampled(5)
@pytest.mark.parametrize("order", ["created_at", "quality_score"])
@pytest.mark.parametrize("viewer", [VISITOR, MEMBER, EVERYTHING], ids=["visitor", "ada", "admin"])
@pytest.mark.parametrize(
    "wanted",
    [
        {"sampler": "rare"}, {"sampler": "common"}, {"loras": ("rare",)}, {"loras": ("common",)},
        {"month": "2022-07"},
    ],
    ids=str,
)  # fmt: skip
def test_a_list_is_found_by_an_index(
    service: GalleryService, session: Session, viewer: Viewer, wanted: dict[str, Any], order: Any
) -> None:
    plan = listing(service, session, viewer, user_id=viewer.user_id, sort_field=order, **wanted)
    scanned = {node["Relation Name"] for node in plan.nodes if node["Node Type"] == "Seq Scan"}
    assert not scanned & {"content_items", "content_items_auto"}
    assert plan.buffers < 1_500, plan.buffers


@pytest.mark.parametrize("viewer", [VISITOR, MEMBER, EVERYTHING], ids=["visitor", "ada", "admin"])
def test_facets_read_no_item_and_few_counts(
    service: GalleryService, session: Session, viewer: Viewer
) -> None:
    query = GalleryQuery(user_id=viewer.user_id)
    found = plans(session, lambda: service.facets(viewer, query, FacetQuery(FACETS)))
    for plan in found:
        assert not plan.tables & {"content_items", "content_items_auto", "content_tags"}
    [candidates] = [plan for plan in found if "facet_stats" in plan.statement]
    # `own ...` and the tags are thousands, and none of those is read.
    assert "idx_facet_largest" in candidates.indexes
    scans = [node for node in candidates.nodes if "Scan" in node["Node Type"]]
    rows = sum(node.get("Actual Rows", 0) for node in scans)
    assert rows < 5_000, rows
