"""How much of the database a page touches: a few buffers, however many items there are."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import permutations
from typing import Any, get_args
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from genonaut.api.entities import Item
from genonaut.api.gallery.filters import Filters, Scope
from genonaut.api.gallery.orders import Order, Position
from genonaut.api.gallery.pager import Window
from genonaut.api.gallery.query import ColumnField, GalleryPage, GalleryQuery, SwitchName
from genonaut.api.repositories.content_repository import ContentRepository
from genonaut.api.repositories.gallery_repository import GalleryRepository
from genonaut.api.repositories.search_repository import SearchRepository
from genonaut.api.repositories.tag_repository import TagRepository
from genonaut.api.services.gallery_search import understand
from genonaut.api.services.gallery_service import GalleryService
from genonaut.config import Settings
from genonaut.content.viewer import EVERYTHING
from genonaut.db.session import Database
from tests.support.effort import effort
from tests.support.galleries import ADA, COMBINATIONS, GRACE
from tests.support.plans import Plan, plans
from tests.support.servers import SERVERS, new_database

ITEMS = 40_000
SIZE = 10
# An item takes a way down an index of two or three levels and a row, and its creator as much.
FEW = 20 * (SIZE + 1)

# Grace has the newest quarter, and Ada most of the rest. Words and tags from everywhere to almost
# nowhere.
CROWD = f"""
INSERT INTO users (id, username) SELECT '{ADA}'::uuid, 'ada' UNION ALL
    SELECT '{GRACE}', 'grace' UNION ALL
    SELECT gen_random_uuid(), 'user ' || n FROM generate_series(1, 500) AS n;
INSERT INTO content_items_all (source_type, title, content_data, prompt, creator_id,
                               created_at, updated_at, quality_score)
SELECT CASE WHEN n %% 4 = 0 THEN 'items' ELSE 'auto' END,
       'title ' || n * 7919 %% 40009, '',
       'everywhere ' || CASE WHEN n %% 50 = 0 THEN 'sometimes ' ELSE '' END
           || CASE WHEN n %% 8000 = 0 THEN 'seldom ' ELSE '' END || repeat('more text, ', 20),
       CASE WHEN n > {ITEMS} * 3 / 4 THEN '{GRACE}' WHEN n %% 10 < 7 THEN '{ADA}'
            ELSE others.id END,
       timestamptz '2026-01-01 00:00:00+00' + n * interval '1 minute',
       timestamptz '2026-01-01 00:00:00+00' + n * 7919 %% 40009 * interval '1 minute',
       n * 7919 %% 40009
FROM generate_series(1, {ITEMS}) AS n
JOIN (SELECT id, row_number() OVER (ORDER BY username) AS place FROM users) AS others
     ON place = 1 + n %% 500;
INSERT INTO tags (name) VALUES ('often'), ('frequent'), ('rare'), ('rarer');
INSERT INTO content_tags (content_id, source_type, tag_id)
SELECT items.id, source_type, tags.id FROM content_items_all AS items
JOIN (VALUES ('often', 2), ('frequent', 3), ('rare', 500), ('rarer', 900)) AS steps (name, step)
     ON id %% step = 0
JOIN tags USING (name)"""


@pytest.fixture(
    scope="module", params=[SERVERS[0], pytest.param(SERVERS[1], marks=pytest.mark.long)]
)
def crowd(
    request: pytest.FixtureRequest, open_server: Callable[[str], tuple[Settings, Database]]
) -> Iterator[Database]:
    """A database of its own with many items, whose counts are built."""
    with new_database(open_server(request.param)[1], migrated=True) as database:
        fill(database)
        yield database


def fill(database: Database) -> None:
    with database.transaction() as session:
        session.connection().exec_driver_sql(CROWD, ())
    with database.transaction() as session:
        ContentRepository(session).refresh_gen_source_stats()
        TagRepository(session).refresh_tag_cardinality_stats()
    autocommit = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with autocommit.connect() as connection:
        connection.exec_driver_sql("VACUUM (FREEZE, ANALYZE)")


@pytest.fixture
def settings(request: pytest.FixtureRequest, open_server: Any) -> Settings:
    found: Settings = open_server(request.node.callspec.params["crowd"])[0]
    return found


class Reader:
    """Reads pages, and knows the plan of the statement that lists the items."""

    def __init__(self, session: Session, settings: Settings) -> None:
        self.session = session
        self.service = GalleryService(session, settings.gallery)
        self.found: GalleryPage
        self.plans: list[Plan] = []

    def read(self, **query: Any) -> Plan:
        def page() -> None:
            self.found = self.service.page(EVERYTHING, GalleryQuery(page_size=SIZE, **query))

        self.plans = plans(self.session, page)
        [listing] = [plan for plan in self.plans if "creator_username" in plan.statement]
        return listing


@pytest.fixture
def reader(crowd: Database, settings: Settings) -> Iterator[Reader]:
    with crowd.snapshot() as session:
        yield Reader(session, settings)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("field", get_args(ColumnField))
def test_pages_at_both_ends_touch_few_buffers(reader: Reader, field: str, order: str) -> None:
    """Of every combination of switches, for a viewer who has half of everything."""
    for switches in COMBINATIONS[1:]:
        query = {"switches": frozenset(switches), "sort_field": field, "sort_order": order}
        first = reader.read(user_id=UUID(ADA), **query)
        cheap(first, switches)
        cheap(reader.read(user_id=UUID(ADA), backward=True, **query), switches)
        cursor = reader.found.pagination.prev_cursor
        assert cursor is not None
        far = reader.read(user_id=UUID(ADA), cursor=cursor, **query)
        cheap(far, switches)
        assert far.buffers <= 1.5 * first.buffers, (switches, far.buffers, first.buffers)
        probe = reader.plans[-3]
        assert probe.buffers <= FEW


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("field", get_args(ColumnField))
def test_neighbours_take_one_short_walk_each_way(reader: Reader, field: str, order: str) -> None:
    """From the middle of the list as from its ends, and for one creator's list."""
    query: dict[str, Any] = {"sort_field": field, "sort_order": order}
    lists: list[dict[str, Any]] = [{}, {"user_id": UUID(ADA)}, {"creator": UUID(ADA)}]
    for more in lists:
        for page in (1, 700):
            reader.read(page=page, **query, **more)
            item, following = reader.found.items[4:6]
            asked = GalleryQuery(**query, **more)
            found = plans(reader.session, partial(_beside, reader, asked, item, following))
            walks = [plan for plan in found if "creator_username" in plan.statement]
            assert len(walks) == 2
            for walk in walks:
                assert not walk.has("Sort")
                assert walk.buffers <= 60, (walk.buffers, more)


def _beside(reader: Reader, query: GalleryQuery, item: Item, following: Item) -> None:
    found = reader.service.neighbours(EVERYTHING, query, item)
    assert found.next
    assert found.previous
    assert found.next.id == following.id


def cheap(plan: Plan, about: object) -> None:
    assert plan.buffers <= FEW, (about, plan.buffers)
    assert not plan.has("Seq Scan"), about
    assert not plan.has("Sort"), about


def test_if_all_the_newest_are_mine_the_index_alone_is_passed_by(reader: Reader) -> None:
    """Ten thousand items are in the way of others' items. Their rows are not looked at."""
    others = frozenset[SwitchName]({"community-regular", "community-auto"})
    plan = reader.read(user_id=UUID(GRACE), switches=others)
    assert all(item.creator_id != UUID(GRACE) for item in reader.found.items)
    assert plan.buffers <= ITEMS // 4 // 45
    assert {node.get("Heap Fetches", 0) for node in plan.nodes} == {0}


def test_a_page_far_away_is_walked_to_in_the_index_from_the_nearer_end(reader: Reader) -> None:
    middle = reader.read(page=ITEMS // SIZE // 2)
    assert middle.buffers <= ITEMS // 2 // 50
    assert {node.get("Heap Fetches", 0) for node in middle.nodes} == {0}
    assert reader.read(page=ITEMS // SIZE - 3).buffers <= FEW


def test_a_page_takes_as_many_statements_however_long_it_is(reader: Reader) -> None:
    def statements(size: int) -> int:
        query = GalleryQuery(page_size=size, tags=("often",), search="everywhere")
        return len(plans(reader.session, lambda: reader.service.page(EVERYTHING, query)))

    assert statements(1) == statements(50)


def test_what_is_rare_is_collected_and_what_is_frequent_is_met_on_the_way(reader: Reader) -> None:
    queries: list[tuple[dict[str, Any], bool]] = [
        ({"tags": ("rare",)}, True),
        ({"tags": ("often",)}, False),
        ({"tags": ("often", "frequent"), "tag_match": "all"}, False),
        ({"tags": ("often", "rare"), "tag_match": "all"}, True),
        ({"tags": ("rare", "rarer")}, True),
        ({"tags": ("rare", "often")}, False),
        ({"search": "seldom"}, True),
        ({"search": "everywhere"}, False),
        ({"search": "seldom", "tags": ("often",)}, True),
        ({"search": "seld*"}, True),
        ({"search": "*ldom"}, True),
        ({"search": "*ldo*"}, True),
        ({"search": '"seldom more"'}, True),
        ({"search": "everyw*"}, False),
        ({"search": "*verywhe*"}, False),
        ({"search": "-seldom"}, False),
        ({"search": "everywhere -sometimes"}, False),
        ({"search": "-tag:rare"}, False),
        ({"search": "-by:ada"}, False),
        ({"search": "before:2026-01-02"}, True),
        ({"search": "after:2026-01-02"}, False),
        ({"search": "is:regular"}, False),
    ]
    for query, rare in queries:
        plan = reader.read(sort_field="title", **query)
        assert plan.has("CTE Scan") == rare, query
        assert any("_title_id_" in index for index in plan.indexes) != rare, query
        if "tags" in query and not rare:
            assert looks(plan), query
        # Far less than the 40,000 looks that a whole walk would take.
        assert plan.buffers <= 2_500, (query, plan.buffers)
        scanned = {node["Relation Name"] for node in plan.nodes if node["Node Type"] == "Seq Scan"}
        assert not scanned & {"content_items", "content_items_auto", "content_tags"}, query


def looks(plan: Plan) -> bool:
    """Whether tags are looked up for one item after the other, and not joined."""
    return any(node.get("Parent Relationship") == "SubPlan" for node in plan.nodes)


def test_the_rarest_tag_leads(reader: Reader) -> None:
    """However they were named: it alone is read, and its items are looked at for the others."""
    for names in permutations(("often", "frequent", "rarer")):
        plan = reader.read(tags=names, tag_match="all")
        assert looks(plan)
        tags = [node for node in plan.nodes if node.get("Relation Name") == "content_tags"]
        assert max(node["Actual Rows"] * node["Actual Loops"] for node in tags) <= ITEMS / 900


# Both ways to find a page find the same page


def filters(session: Session) -> Iterator[Filters]:
    known = session.connection().exec_driver_sql("SELECT name, id FROM tags")
    tags: dict[str, UUID] = {row.name: row.id for row in known}
    both = {"regular": Scope.ALL, "auto": Scope.ALL}
    for scopes in (both, {"regular": Scope.OWN, "auto": Scope.OTHERS}, {"auto": Scope.OTHERS}):
        for names, match in [
            ((), "any"),
            (("often",), "any"),
            (("rare", "rarer"), "any"),
            (("rare", "frequent"), "all"),
        ]:
            for search in ("", "sometimes", '"seldom more"'):
                if names or search or Scope.OTHERS in scopes.values():
                    found = tuple(tags[name] for name in names)
                    query = GalleryQuery(search=search)
                    sought = understand(SearchRepository(session), query).sought
                    yield Filters(scopes, EVERYTHING, UUID(ADA), sought, found, match)  # type: ignore[arg-type]


@pytest.mark.long
@pytest.mark.parametrize(
    "field",
    # By each column in the long form: the way there is the same.
    [
        "created_at",
        *(pytest.param(one, marks=pytest.mark.long) for one in get_args(ColumnField)[1:]),
    ],
)
@effort(short=5, long=50, variable="GENONAUT_FILTERS")
def test_walking_and_collecting_agree(crowd: Database, field: ColumnField, effort: int) -> None:
    with crowd.snapshot() as session:
        gallery = GalleryRepository(session)
        tried = [*filters(session)]
        for some in tried[:: -(-len(tried) // effort)]:
            for window in (Window(7), Window(5, 3)):
                order = Order(field, descending=True)
                walked = gallery.items(some, order, window, collect=False)
                assert gallery.items(some, order, window, collect=True) == walked, some
                middle = walked[-1] if walked else None
                if middle:
                    place = Position(getattr(middle, field), middle.id)
                    behind = Window(4, behind=place, inclusive=True)
                    way = order.reversed()
                    again = gallery.items(some, way, behind, collect=False)
                    assert gallery.items(some, way, behind, collect=True) == again
                    assert again[0] == middle
