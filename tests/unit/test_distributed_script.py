"""The SQL that `genonaut db distribute` prints, and what it checks before.

After a change of the SQL, `python -m tests.unit.test_distributed_script` writes the stored file; a
cluster says whether it works (`tests/distributed`).
"""

import re
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from genonaut.counting.rendering import statements, together
from genonaut.db.counts import ALBUM, COUNTS, GEN_SOURCE, PRIVATE_SOURCE, TAG_CARDINALITY
from genonaut.db.distributed import checks
from genonaut.db.distributed.form import SPREAD, SPREAD_BY
from genonaut.db.distributed.script import repair, script, statements_of
from genonaut.db.schema import Base
from genonaut.errors import UsageError

STORED = Path(__file__).parents[1] / "cases/distributed/distribute.sql"
# One of each form: by the key, by another column, and in one place.
FORMS = (GEN_SOURCE, TAG_CARDINALITY, ALBUM)
CREATED = re.compile(r"^CREATE (?:FUNCTION|TABLE|VIEW) (\w+)", re.MULTILINE)
KINDS = {"ALTER", "CREATE", "DO", "DROP", "GRANT", "INSERT", "REVOKE", "SELECT", "SET"}
GOOD: Mapping[str, Any] = {
    checks._EXTENSION: "13.2-1",
    checks._SERVER: 17,
    checks._IS_COORDINATOR: True,
    checks._KNOWS_ITSELF: True,
    checks._WORKERS: 2,
    checks._AWAY: None,
    checks._SPREAD_ALREADY: None,
    checks._PROGRAMS: 0,
}


class Answers:
    """A connection to a server that answers the checks' questions."""

    def __init__(self, changes: Mapping[str, Any]) -> None:
        self.answers = {**GOOD, **changes}
        self.engine = SimpleNamespace(url=SimpleNamespace(database="gallery"))

    def exec_driver_sql(self, statement: str, _given: object = None) -> "Answer":
        return Answer(self.answers[statement])


class Answer:
    def __init__(self, value: Any) -> None:
        self._value = value

    def scalar(self) -> Any:
        return self._value

    scalar_one = scalar

    def scalars(self) -> list[Any]:
        return [self._value] if self._value else []


def printed() -> str:
    return "\n".join(script(32, FORMS))


def test_the_sql_is_the_one_that_was_tried_on_a_cluster() -> None:
    assert printed() == STORED.read_text(encoding="utf-8"), "see the top of this file"


def test_each_statement_is_whole() -> None:
    for piece in [*script(32), *repair()]:
        found = list(statements_of(piece))
        rest = piece.strip().splitlines()[-1]
        assert found[-1].endswith(rest)
        for statement in found:
            code = [line for line in statement.splitlines() if not line.lstrip().startswith("--")]
            first = next(line for line in code if line.strip()).split()[0]
            assert first in {
                "ALTER",
                "CREATE",
                "DO",
                "DROP",
                "GRANT",
                "INSERT",
                "REVOKE",
                "SELECT",
                "SET",
            }
            assert statement.count("$$") % 2 == 0


def test_a_repair_has_every_function_and_no_table() -> None:
    repaired = "\n".join(repair())
    functions = re.findall(r"^CREATE FUNCTION (\w+)", "\n".join(script(2)), re.MULTILINE)
    assert set(functions) == set(
        re.findall(r"^CREATE OR REPLACE FUNCTION (\w+)", repaired, re.MULTILINE)
    )
    assert not CREATED.search(repaired)


@pytest.mark.parametrize("count", SPREAD.values(), ids=SPREAD.keys())
def test_each_count_lies_beside_what_it_counts(count: Any) -> None:
    if count.name == ALBUM.name:
        assert not count.spread
        return
    assert count.spread == SPREAD_BY
    assert SPREAD_BY in Base.metadata.tables[count.counted].columns


def test_counts_that_are_read_together_are_of_one_moment() -> None:
    both = tuple(SPREAD[count.name] for count in (GEN_SOURCE, PRIVATE_SOURCE))
    text = together(both, "read")
    assert text.count(") AS parts (") == 1
    assert text.count("AS verified_at") == 2
    assert {"head", "branches"} <= statements(both[0]).keys()
    assert {"head", "branches"}.isdisjoint(statements(GEN_SOURCE))


def require_all(connection: Any) -> None:
    checks.require_citus(connection)
    checks.require_nodes(connection)
    checks.require_clear_way(connection)


def test_what_is_needed_is_there() -> None:
    require_all(Answers({}))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({checks._EXTENSION: None}, "gallery has no Citus: on each node, name citus in"),
        ({checks._EXTENSION: "12.1-1"}, r"Citus 12.1-1 on PostgreSQL 17; .* 13 on PostgreSQL 15"),
        ({checks._SERVER: 18}, "on PostgreSQL 18; Genonaut needs Citus 13 on PostgreSQL 15 to 17"),
        ({checks._IS_COORDINATOR: False}, "This node is a worker: name the coordinator's"),
        ({checks._KNOWS_ITSELF: False}, "run `SELECT citus_set_coordinator_host"),
        ({checks._WORKERS: 0}, "add the workers with `SELECT citus_add_node"),
        ({checks._AWAY: "db2:5432"}, "db2:5432 cannot be reached from the coordinator"),
        ({checks._SPREAD_ALREADY: "tags"}, "Another program has distributed tags"),
        ({checks._PROGRAMS: 3}, "stop the API, the workers and imports"),
    ],
)
def test_what_stands_in_the_way_is_said(changes: Mapping[str, Any], reason: str) -> None:
    connection = Answers(changes)
    with pytest.raises(UsageError, match=reason):
        require_all(connection)


def test_each_count_has_a_form() -> None:
    assert SPREAD.keys() == COUNTS.keys()


if __name__ == "__main__":
    STORED.write_text(printed(), encoding="utf-8")
