"""What the declarations say is what the migrations have made."""

from collections.abc import Iterator

import pytest

from genonaut.counting.declaration import CachedCount
from genonaut.counting.engine import refresh
from genonaut.counting.rendering import definition, removal
from genonaut.db.counts import COUNTS, GEN_SOURCE
from genonaut.db.migrate import downgrade, upgrade
from genonaut.db.session import Database
from tests.integration.test_migrations import schema_of, scratch
from tests.support.rows import run

pytestmark = pytest.mark.both_servers

__all__ = ["scratch"]

# The design gives these two their names, and 0002 this CHECK; nothing of them is in a declaration.
OWN_NAMES = {
    "idx_gen_source_stats_user_src": "idx_gen_source_keys",
    "idx_gen_source_stats_community": "idx_gen_source_total",
}
OWN_CHECK = "gen_source_stats_source_type"


@pytest.fixture(params=COUNTS.values(), ids=list(COUNTS))
def count(request: pytest.FixtureRequest) -> CachedCount:
    count: CachedCount = request.param
    return count


def lines(database: Database) -> Iterator[str]:
    for kind, found in schema_of(database).items():
        for line in found:
            for name, usual in OWN_NAMES.items():
                line = line.replace(name, usual)  # noqa: PLW2901
            if OWN_CHECK not in line:
                yield f"{kind}: {line}"


def test_a_migrated_count_is_what_its_declaration_makes(
    scratch: Database, count: CachedCount
) -> None:
    upgrade(scratch.engine)
    migrated = sorted(lines(scratch))
    run(scratch, removal(count))
    assert sorted(lines(scratch)) != migrated
    run(scratch, definition(count))
    assert sorted(lines(scratch)) == migrated


def test_the_record_of_refreshes_is_kept_both_ways(scratch: Database) -> None:
    upgrade(scratch.engine, "0003")
    run(
        scratch,
        "INSERT INTO gen_source_refreshes (started_at, duration_seconds, requested_by, outcome,"
        " community_regular, community_auto) VALUES (now(), 1, 'test', 'built', 5, 7)",
    )
    run(
        scratch,
        "INSERT INTO gen_source_refreshes (started_at, duration_seconds, requested_by, outcome,"
        " error) VALUES (now(), 1, 'test', 'failed', 'The disk is full.')",
    )
    upgrade(scratch.engine, "0004")
    totals = "SELECT id, outcome, error, totals FROM gen_source_refreshes ORDER BY id"
    assert run(scratch, totals) == [
        (1, "built", None, {"regular": 5, "auto": 7}),
        (2, "failed", "The disk is full.", {}),
    ]
    with scratch.transaction() as session:
        refresh(session, GEN_SOURCE, "test")
    assert run(scratch, totals)[-1][:2] == (3, "exact")
    downgrade(scratch.engine, "0003")
    columns = "SELECT id, community_regular, community_auto FROM gen_source_refreshes ORDER BY id"
    assert run(scratch, columns) == [(1, 5, 7), (2, None, None), (3, None, None)]
