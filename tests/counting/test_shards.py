"""A count made of parts, over whole databases of two servers, behind a third database.

Each part is exact at every moment. A total adds up parts of different moments, within a bound. And
a commit that only one of the shards gets leaves the counts of both exact.
"""

from collections.abc import Iterator

import pytest
from sqlalchemy.exc import DBAPIError

from genonaut.counting.declaration import CachedCount
from genonaut.counting.engine import fold, read, refresh
from genonaut.counting.rendering import statements
from genonaut.db.counts import GEN_SOURCE, build_counts
from genonaut.db.session import Database
from tests.conftest import OpenServer
from tests.support.effort import effort
from tests.support.recount import differences
from tests.support.rows import run, scalar
from tests.support.servers import EMBEDDED, empty
from tests.support.shard_soak import READS, soak_shards
from tests.support.shards import REMOTE, SPREAD_SOURCE, Shards, two_shards

ADD_USERS = """
    INSERT INTO users (username) SELECT 'user ' || n FROM generate_series(1, 20) AS n
    RETURNING id"""
ADD_ITEMS = """
    INSERT INTO content_items_all (title, content_data, prompt, creator_id, source_type)
    SELECT 't', 'd', 'p', id, source FROM users, unnest(ARRAY['items', 'auto']) AS source,
        generate_series(1, 12)"""
ITEMS = "SELECT count(*) FROM content_items_all"
ENOUGH = {
    "own counts": 100,
    "totals": 100,
    "totals and lists": 40,
    "comparisons": 40,
    "folds": 20,
    "refreshes": 10,
}
READ = pytest.mark.parametrize("count", READS, ids=["as it is", "spread"])


@pytest.fixture(scope="module")
def opened(open_server: OpenServer) -> Iterator[Shards]:
    with two_shards(open_server("debian-15"), open_server(EMBEDDED)) as shards:
        yield shards


@pytest.fixture
def shards(opened: Shards) -> Shards:
    """Two empty shards whose counts are built."""
    for part in opened.parts:
        empty(part)
        build_counts(part, "tests")
    return opened


@effort(short=2, long=8, variable="GENONAUT_SOAK_SECONDS")
def test_no_part_is_ever_wrong_and_no_total_outside_of_its_bound(
    shards: Shards, effort: float
) -> None:
    findings = soak_shards(shards, effort, at_least=ENOUGH)
    assert findings.wrong == []


@READ
def test_what_is_written_through_the_whole_is_counted_where_it_lies(
    shards: Shards, count: CachedCount
) -> None:
    whole = shards.coordinator
    users = [user for (user,) in run(whole, ADD_USERS)]
    run(whole, ADD_ITEMS)
    for part in shards.parts:
        own = scalar(part, "SELECT count(*) FROM users")
        assert 0 < own < len(users)
        entered = "SELECT count(DISTINCT (user_id, source_type)) FROM gen_source_deltas"
        assert scalar(part, entered) == 2 * own
    for step in (nothing, fold_parts, delete_every_second_user, refresh_parts):
        step(shards)
        left = dict(run(whole, "SELECT creator_id, count(*) FROM content_items GROUP BY 1"))
        counts = told(whole, count, users)
        assert {user: counts[user, "regular"] for user in users} == {
            user: left.get(user, 0) for user in users
        }
        assert counts[None, "auto"] == scalar(whole, "SELECT count(*) FROM content_items_auto")
        assert_exact(shards)


def test_half_a_commit_leaves_the_counts_of_both_shards_exact(shards: Shards) -> None:
    """There is no commit of two phases: a shard that is lost before it has lost its half."""
    whole = shards.coordinator
    run(whole, ADD_USERS)
    found = list[int]()
    for lost in shards.parts:
        before = scalar(whole, ITEMS)
        with whole.engine.connect() as connection:
            written = connection.exec_driver_sql(ADD_ITEMS).rowcount
            end_connections(lost)
            with pytest.raises(DBAPIError, match="COMMIT"):
                connection.commit()
        found.append(scalar(whole, ITEMS) - before)
        assert found[-1] < written
        assert_exact(shards)
        for step in (fold_parts, refresh_parts):
            step(shards)
            assert_exact(shards)
        for count in READS:
            assert sum(told(whole, count, []).values()) == scalar(whole, ITEMS)
    # The first one that is to commit, if it is lost, keeps the other from committing.
    assert sorted(number > 0 for number in found) == [False, True]


@READ
def test_each_part_is_read_where_it_is(shards: Shards, count: CachedCount) -> None:
    """Nothing is kept between two steps of the statement, and no part is read twice."""
    nil = "'{00000000-0000-0000-0000-000000000001}'"
    text = statements(count)["read"].replace("%(keys)s", nil)
    lines = [line for (line,) in run(shards.coordinator, f"EXPLAIN (VERBOSE, COSTS OFF) {text}")]
    remote = [line.partition("Remote SQL: ")[2] for line in lines if "Remote SQL" in line]
    assert sum("FROM public.gen_source_deltas" in sent for sent in remote) == len(shards.parts)
    stored = [sent for sent in remote if "FROM public.gen_source_stats" in sent]
    assert len(stored) == 2 * len(shards.parts)
    assert all("user_id = ANY" in sent or "user_id IS NULL" in sent for sent in stored)
    assert not any("CTE" in line for line in lines)


def test_the_whole_is_built_when_each_part_is(shards: Shards) -> None:
    assert verified(shards) is not None
    run(shards.parts[1], "DELETE FROM gen_source_refreshes")
    assert verified(shards) is None


def nothing(_shards: Shards) -> None:
    pass


def fold_parts(shards: Shards) -> None:
    for part in shards.parts:
        with part.transaction() as session:
            done = fold(session, GEN_SOURCE)
        assert done is not None


def refresh_parts(shards: Shards) -> None:
    for part in shards.parts:
        with part.transaction() as session:
            assert refresh(session, GEN_SOURCE, "test").rows_wrong == 0


def delete_every_second_user(shards: Shards) -> None:
    run(
        shards.coordinator,
        "DELETE FROM users WHERE id IN (SELECT id FROM users ORDER BY username LIMIT 10)",
    )


def end_connections(shard: Database) -> None:
    """End what the coordinator has begun on a shard, as a network or a server may."""
    ended = run(
        shard,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        f" AND application_name = '{REMOTE}' AND state = 'idle in transaction'",
    )
    assert ended == [(True,)]


def told(whole: Database, count: CachedCount, users: list[object]) -> dict[tuple[object, str], int]:
    with whole.transaction() as session:
        return read(session, count, users).counts


def verified(shards: Shards) -> object:
    with shards.coordinator.transaction() as session:
        return read(session, SPREAD_SOURCE).verified_at


def assert_exact(shards: Shards) -> None:
    for part in shards.parts:
        with part.transaction() as session:
            assert differences(session) == []
