"""What the declarations say is what the migrations have made."""

import re
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
FUNCTION = re.compile(
    r"^CREATE (?:OR REPLACE )?(FUNCTION (\w+)\(\).*?\$\$;)$", re.DOTALL | re.MULTILINE
)
# And what the migrations add to it.
OWN_TOO = (
    "gen_source_stats_source_type",
    *("idx_gen_source_largest", "idx_tag_cardinality_largest", "idx_facet_largest"),
)


@pytest.fixture(params=COUNTS.values(), ids=list(COUNTS))
def count(request: pytest.FixtureRequest) -> CachedCount:
    count: CachedCount = request.param
    return count


def lines(database: Database) -> Iterator[str]:
    for kind, found in schema_of(database).items():
        for line in found:
            for name, usual in OWN_NAMES.items():
                line = line.replace(name, usual)  # noqa: PLW2901
            if not any(name in line for name in OWN_TOO):
                yield f"{kind}: {line}"


@pytest.mark.sampled(6)
def test_a_migrated_count_is_what_its_declaration_makes(
    migrated: Database, count: CachedCount
) -> None:
    before = sorted(lines(migrated))
    run(migrated, removal(count))
    assert sorted(lines(migrated)) != before
    run(migrated, definition(count))
    keep_rights(migrated.engine, LIMITED_ROLES, all_of_them=True)  # as each upgrade does
    assert sorted(lines(migrated)) == before


def test_the_newest_text_of_a_function_is_what_stats_sql_prints(count: CachedCount) -> None:
    """Released text never changes, so a migration that replaces a function has it as a whole."""
    newest: dict[str, str] = {}
    for path in sorted((MIGRATIONS / "sql").glob("*.up.sql")):
        newest |= {name: text for text, name in FUNCTION.findall(path.read_text())}
    printed = {name: text for text, name in FUNCTION.findall(definition(count))}
    assert printed
    assert printed == {name: newest.get(name) for name in printed}


def test_the_frozen_text_of_a_removal_is_what_stats_sql_prints(count: CachedCount) -> None:
    texts = [path.read_text() for path in (MIGRATIONS / "sql").glob("*.down.sql")]
    assert sum(removal(count) in text for text in texts) == 1
