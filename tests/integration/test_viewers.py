"""Any sequence of writes: after each, what each of five viewers is told equals what it may see."""

from itertools import combinations
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.orm import Session

from genonaut.api.entities import NewItem
from genonaut.api.gallery.facets import FACETS, FacetQuery
from genonaut.api.gallery.query import GalleryQuery
from genonaut.api.repositories.growth_repository import GrowthRepository
from genonaut.api.services.content_service import ContentService
from genonaut.api.services.deletion_service import DeletionService
from genonaut.api.services.gallery_service import GalleryService
from genonaut.api.services.tag_service import TagService
from genonaut.config import load_settings
from genonaut.content.viewer import EVERYTHING, Viewer
from genonaut.counting.engine import fold, refresh
from genonaut.db.counts import COUNTS, build_counts
from genonaut.db.growth import record_growth
from genonaut.db.session import Database
from genonaut.errors import NotFoundError
from tests.support.effort import effort
from tests.support.facets import truth as facets_of
from tests.support.galleries import SWITCHES, read_forward
from tests.support.recount import differences
from tests.support.servers import empty, patient
from tests.support.viewers import DEE, EYES, MEMBERS, Truth, beside

if TYPE_CHECKING:
    from sqlalchemy import Connection

pytestmark = pytest.mark.both_servers

USERS = st.sampled_from([*MEMBERS, DEE])
SOURCES = st.sampled_from(["regular", "auto"])
VISIBILITIES = st.sampled_from(["public", "private"])
TAGS = st.sampled_from(["fox", "sea", "night"])
MODULI = st.integers(1, 4)
ALL = FacetQuery(FACETS, 200)
GALLERY = patient(load_settings("test")).gallery
# The community's switches always, so that what is not one's own is in most lists.
CHOICES = [
    ("community-regular", "community-auto", *own)
    for number in range(3)
    for own in combinations(SWITCHES[:2], number)
] + [("user-regular", "user-auto"), ("community-auto", "user-regular")]


class Looking(RuleBasedStateMachine):
    """One connection writes, and looks after each step with the eyes of each viewer in turn."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        empty(self.database)
        build_counts(self.database, "test")
        self.connection: Connection = self.database.engine.connect()
        self.session = Session(self.connection)
        self.chance = Random(1)
        self.deleted: list[tuple[int, UUID]] = []

    def execute(self, statement: str, *parameters: Any) -> None:
        self.connection.exec_driver_sql(statement, parameters)

    def some_item(self) -> tuple[int, UUID] | None:
        rows = self.connection.exec_driver_sql("SELECT id, creator_id FROM content_items_all")
        found = sorted(map(tuple, rows))
        return self.chance.choice(found) if found else None

    def insert_user(self, user: UUID) -> None:
        self.execute(
            "INSERT INTO users (id, username) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            user,
            f"user {user.int}",
        )

    @initialize()
    def begin(self) -> None:
        """Not with nothing: most sequences would never have any item."""
        for user in (*MEMBERS, DEE):
            for visibility in ("public", "private"):
                self.add(user, "regular", visibility, {"fox"}, 1)
                self.add(user, "auto", visibility, {"sea"} if visibility == "private" else set(), 2)

    @rule(
        user=USERS,
        source=SOURCES,
        visibility=st.none() | VISIBILITIES,
        tags=st.sets(TAGS),
        number=st.integers(1, 4),
    )
    def add_some(self, **given: Any) -> None:
        self.add(**given)

    def add(self, user: UUID, source: Any, visibility: Any, tags: set[str], number: int) -> None:
        self.insert_user(user)
        item = NewItem(
            title="t",
            content_type="image",
            content_data="",
            path_thumb=None,
            prompt="p",
            creator_id=user,
            item_metadata={"model": f"of {number}", "loras": sorted(tags)},
            quality_score=0.0,
            tags=tuple(sorted(tags)),
            created_at=None,
            visibility=visibility,
        )
        ContentService(self.session).create_items(EVERYTHING, source, [item] * number)

    @rule(user=USERS, visibility=VISIBILITIES)
    def prefer(self, user: UUID, visibility: str) -> None:
        self.execute("UPDATE users SET default_visibility = %s WHERE id = %s", visibility, user)

    @rule(visibility=VISIBILITIES)
    def show_or_hide_one(self, visibility: Any) -> None:
        if item := self.some_item():
            item_id, creator = item
            ContentService(self.session).set_visibility(Viewer(creator), item_id, visibility)

    @rule(visibility=VISIBILITIES, modulus=MODULI)
    def show_or_hide(self, visibility: str, modulus: int) -> None:
        table = self.chance.choice(["content_items_all", "content_items", "content_items_auto"])
        self.execute(f"UPDATE {table} SET visibility = %s WHERE id %% %s = 0", visibility, modulus)

    @rule(model=TAGS, month=st.integers(1, 3), modulus=MODULI)
    def describe(self, model: str, month: int, modulus: int) -> None:
        self.execute(
            "UPDATE content_items_all SET created_at = %s::timestamptz, item_metadata ="
            " jsonb_build_object('model', %s::text, 'sampler', 7) WHERE id %% %s = 0",
            f"2026-0{month}-01 00:00:00+00",
            model,
            modulus,
        )

    @rule(user=USERS, modulus=MODULI)
    def give_away(self, user: UUID, modulus: int) -> None:
        self.insert_user(user)
        self.execute(
            "UPDATE content_items_all SET creator_id = %s WHERE id %% %s = 0", user, modulus
        )

    @rule(partition=st.sampled_from(["items", "auto"]), modulus=MODULI)
    def move(self, partition: str, modulus: int) -> None:
        self.execute(
            "UPDATE content_items_all SET source_type = %s WHERE id %% %s = 0", partition, modulus
        )

    @rule(tag=TAGS, modulus=MODULI)
    def tag(self, tag: str, modulus: int) -> None:
        self.execute("INSERT INTO tags (name) VALUES (%s) ON CONFLICT DO NOTHING", tag)
        self.execute(
            "INSERT INTO content_tags (content_id, source_type, tag_id)"
            " SELECT item.id, source_type, tags.id FROM content_items_all AS item, tags"
            " WHERE name = %s AND item.id %% %s = 0 ON CONFLICT DO NOTHING",
            tag,
            modulus,
        )

    @rule(tag=TAGS)
    def delete_tag(self, tag: str) -> None:
        self.execute("DELETE FROM tags WHERE name = %s", tag)

    @rule()
    def delete(self) -> None:
        if item := self.some_item():
            item_id, creator = item
            DeletionService(self.session).delete(Viewer(creator), item_id, creator)
            self.deleted.append((item_id, creator))

    @rule()
    def undo(self) -> None:
        if self.deleted:
            item_id, creator = self.deleted.pop()
            deletions = DeletionService(self.session)
            if deletions.undoable(item_id, creator):
                deletions.undo(item_id, creator)

    @rule(user=USERS)
    def delete_user(self, user: UUID) -> None:
        self.execute("DELETE FROM users WHERE id = %s", user)

    @rule(name=st.sampled_from(sorted(COUNTS)))
    def fold(self, name: str) -> None:
        fold(self.session, COUNTS[name])

    @rule(name=st.sampled_from(sorted(COUNTS)))
    def refresh(self, name: str) -> None:
        assert refresh(self.session, COUNTS[name], "test").rows_wrong == 0

    @invariant()
    def the_counts_are_true(self) -> None:
        assert differences(self.session) == []

    @invariant()
    def each_is_told_what_it_may_see(self) -> None:
        record_growth(self.session)
        for viewer in EYES.values():
            truth = Truth(self.connection, viewer)
            self.compare_numbers(viewer, truth)
            self.compare_lists(viewer, truth)
        self.compare_items()

    def compare_numbers(self, viewer: Viewer, truth: Truth) -> None:
        for whose in (None, *MEMBERS, DEE):
            told = ContentService(self.session).counts(viewer, whose)
            assert told.source == "cache"
            assert tuple(told.as_dict().values())[:4] == truth.counts(whose)
        regular, auto = truth.counts(None)[2:]
        growth = GrowthRepository(self.session)
        if line := growth.totals(viewer):
            everything = Truth(self.connection, EVERYTHING).counts(None)[2:]
            public = Truth(self.connection, Viewer()).counts(None)[2:]
            expected = everything if viewer.sees_all else public
            assert not any(everything) or (line[-1].regular, line[-1].auto) == expected
        assert truth.creators() == {
            one.id: (one.regular, one.auto) for one in growth.largest_creators(viewer)
        }
        for sort in ("count", "name"):
            page = TagService(self.session).page(viewer, 100, None, None, sort)
            found = {tag.name: (tag.regular_count, tag.auto_count) for tag in page.entries}
            assert found == truth.tags()
            assert all(tag.count == sum(found[tag.name]) for tag in page.entries)
        assert (regular, auto) == tuple(map(sum, zip((0, 0), *truth.creators().values())))  # noqa: B905

    def compare_lists(self, viewer: Viewer, truth: Truth) -> None:
        whose = self.chance.choice([None, *MEMBERS, viewer.user_id])
        chosen = self.chance.choice(CHOICES)
        more: dict[str, Any] = self.chance.choice(
            [{}, {"tag": "fox"}, {"tag": "sea"}, {"creator": MEMBERS[0]}]
        )
        expected = truth.ids(chosen, whose, **more)
        query = GalleryQuery(
            switches=frozenset(chosen),
            user_id=whose,
            tags=(more["tag"],) if "tag" in more else (),
            creator=more.get("creator"),
            page_size=3,
        )
        self.compare_list(viewer, query, expected)
        facets = GalleryService(self.session, GALLERY).facets(viewer, query, ALL)
        told = {(one.facet, one.value): one.count for one in facets.values}
        assert told == facets_of(self.connection, viewer, whose, expected)
        assert all(one.exact for one in facets.values)

    def compare_list(self, viewer: Viewer, query: GalleryQuery, expected: list[int]) -> None:
        gallery = GalleryService(self.session, GALLERY)
        pages = list(read_forward(gallery, query, viewer))
        items = [item for page in pages for item in page.items]
        assert [item.id for item in items] == expected
        assert {page.pagination.total_count for page in pages} == {len(expected)}
        assert not any(page.pagination.total_is_estimate for page in pages)
        if items:
            item = self.chance.choice(items)
            found = gallery.neighbours(viewer, query, item)
            ids = tuple(one.id if one else None for one in (found.previous, found.next))
            assert ids == beside(expected, item.id)

    def compare_items(self) -> None:
        rows = self.connection.exec_driver_sql(
            "SELECT id, visibility, creator_id FROM content_items_all"
        ).all()
        content = ContentService(self.session)
        for item_id, visibility, creator in self.chance.sample(rows, min(3, len(rows))):
            for viewer in EYES.values():
                may = viewer.sees_all or visibility == "public" or creator == viewer.user_id
                try:
                    assert content.get_item(viewer, item_id).visibility == visibility
                    seen = True
                except NotFoundError:
                    seen = False
                assert seen == may

    def teardown(self) -> None:
        self.session.close()
        self.connection.rollback()
        self.connection.close()


@pytest.mark.sampled(1)
@effort(short=2, long=60, variable="GENONAUT_EXAMPLES")
def test_each_viewer_is_told_what_it_may_see(database: Database, effort: int) -> None:
    machine = type("LookingHere", (Looking,), {"database": database})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=effort,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
