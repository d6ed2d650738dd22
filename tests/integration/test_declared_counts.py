"""What the declarations say is what the migrations have made."""

from collections.abc import Iterator

import pytest

from genonaut.counting.declaration import CachedCount
from genonaut.counting.rendering import definition, removal
from genonaut.db.counts import COUNTS
from genonaut.db.revisions import MIGRATIONS
from genonaut.db.roles import keep_rights
from genonaut.db.session import Database
from genonaut.embedded.entry import LIMITED_ROLES
from tests.support.catalog import schema_of
from tests.support.rows import run

pytestmark = pytest.mark.both_servers

# 0002_counts gives gen_source these names and this CHECK; nothing of them is in a declaration.
OWN_NAMES = {
    "idx_gen_source_stats_user_src": "idx_gen_source_keys",
    "idx_gen_source_stats_community": "idx_gen_source_total",
}
FROZEN = {
    False: ("0002_counts.up", "0002_counts.down"),
    True: ("0006_private_counts.up", "0006_private_counts.down"),
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
    migrated: Database, count: CachedCount
) -> None:
    before = sorted(lines(migrated))
    run(migrated, removal(count))
    assert sorted(lines(migrated)) != before
    run(migrated, definition(count))
    keep_rights(migrated.engine, LIMITED_ROLES, all_of_them=True)  # as each upgrade does
    assert sorted(lines(migrated)) == before


def test_the_frozen_text_of_a_count_is_what_stats_sql_prints(count: CachedCount) -> None:
    """Until a migration replaces a part of it; then only the catalogs are compared."""
    texts = [(MIGRATIONS / "sql" / f"{name}.sql") for name in FROZEN[count.only != {}]]
    for rendered, text in zip((definition(count), removal(count)), texts, strict=True):
        assert rendered in text.read_text()
