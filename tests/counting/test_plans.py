"""The plans of the hot statements, on statistics that know nothing: no row-by-row comparisons."""

import re

import pytest

from genonaut.counting.rendering import statements
from genonaut.db.counts import GEN_SOURCE
from genonaut.db.session import Database
from tests.support.rows import add_users

pytestmark = pytest.mark.both_servers


def plan(database: Database, name: str) -> str:
    text = statements(GEN_SOURCE)[name].replace(
        "%(keys)s", "'{00000000-0000-0000-0000-000000000001}'"
    )
    with database.transaction() as session:
        lines = session.connection().exec_driver_sql(f"EXPLAIN {text}").scalars()
        return "\n".join(lines)


@pytest.fixture
def unanalysed(database: Database) -> Database:
    """A long ledger of many users that no ANALYZE has seen."""
    with database.transaction() as session:
        add_users(session, 5000)
        session.connection().exec_driver_sql(
            "INSERT INTO gen_source_deltas SELECT id, 'regular', 1"
            " FROM users, generate_series(1, 20)"
        )
    return database


def test_the_fold_compares_no_rows_one_by_one(unanalysed: Database) -> None:
    """A subplan that is not hashed once made a fold of a million rows take eight minutes."""
    shown = plan(unanalysed, "fold")
    assert "SubPlan" not in re.sub(r"hashed SubPlan", "", shown), shown


def test_a_read_scans_the_ledger_once_and_no_table_of_content(unanalysed: Database) -> None:
    shown = plan(unanalysed, "read")
    assert shown.count("Scan on gen_source_deltas") == 1, shown
    assert "content_items" not in shown
