"""No metadata makes a write fail, and all of them are counted."""

import json
from typing import Any

import pytest

from genonaut.counting.engine import refresh
from genonaut.db.counts import FACET
from genonaut.db.session import Database
from tests.support.recount import differences
from tests.support.rows import add_users, run

pytestmark = pytest.mark.both_servers

LONG = "🦊ä" * 300_000
VALUES: list[Any] = [
    None, True, 0, -1e300, "", " ", LONG, "a\nb\\\"'%s", "items model x", [], [[]], [None], {},
    {"name": LONG}, {"name": {"name": "x"}}, [LONG], [[{"name": "x"}, "y"]],
    [{"name": ["x"]}], ["z" * 200, "z" * 201],
    ["a"] * 100, ["a"] * 101, [{"name": LONG}, {"name": LONG}],
    [f"lora {number}" for number in range(5_000)], ["a", "a", {"name": "a"}, 1, None, {"n": 1}, ""],
]  # fmt: skip
WHOLE: list[Any] = [None, 7, "model", ["model", "loras"], [{"model": "x"}]]
MOMENTS = ["-infinity", "infinity", "4000-01-01 BC", "0999-12-31", "99999-01-01", "2026-11-30"]
INSERT = """
    INSERT INTO content_items_all (source_type, title, content_data, prompt, creator_id,
                                   visibility, created_at, item_metadata)
    SELECT 'auto', 't', '', 'p', id, 'private', %s::timestamptz, %s::jsonb
    FROM users WHERE username = 'user 1'"""


@pytest.fixture
def users(database: Database) -> Database:
    with database.transaction() as session:
        add_users(session, 2)
    return database


@pytest.mark.sampled(2)
@pytest.mark.parametrize("key", ["model", "sampler", "loras"])
def test_metadata_of_any_type(users: Database, key: str) -> None:
    with users.transaction() as session:
        connection = session.connection()
        for value in VALUES:
            connection.exec_driver_sql(INSERT, ("2026-11-30", json.dumps({key: value})))
        run(session, "UPDATE content_items SET creator_id = creator_id")
        run(session, "UPDATE content_items_all SET visibility = 'public' WHERE id % 2 = 0")
        assert differences(session) == []
        assert refresh(session, FACET, "test").rows_wrong == 0
        run(session, "DELETE FROM content_items_all WHERE id % 3 = 0")
        assert differences(session) == []


def test_metadata_that_are_no_object_and_moments_of_no_month(users: Database) -> None:
    with users.transaction() as session:
        connection = session.connection()
        for whole in WHOLE:
            connection.exec_driver_sql(INSERT, ("2026-11-30", json.dumps(whole)))
        for moment in MOMENTS:
            connection.exec_driver_sql(INSERT, (moment, "{}"))
        months = run(session, "SELECT facet, count FROM facet_counts WHERE user_id IS NULL")
        assert [*map(tuple, months)] == [("auto month 2026-11", len(WHOLE) + 1)]
        assert refresh(session, FACET, "test").rows_wrong == 0


def test_a_month_is_one_of_utc_in_every_time_zone(users: Database) -> None:
    with users.transaction() as session:
        for zone in ("UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"):
            run(session, f"SET LOCAL TIME ZONE '{zone}'")
            session.connection().exec_driver_sql(INSERT, ("2026-11-30 23:59:59.9+00", "{}"))
            session.connection().exec_driver_sql(INSERT, ("2026-12-01 00:00:00+00", "{}"))
        assert differences(session) == []
