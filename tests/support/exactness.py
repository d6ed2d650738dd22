"""Whether the counts by generation source are exact, and stay so."""

from genonaut.counting.engine import fold, refresh
from genonaut.db.counts import GEN_SOURCE
from genonaut.db.session import Database
from tests.support.recount import differences


def assert_exact(database: Database) -> None:
    """Now, after a fold, and after the next refresh, which must have nothing to repair."""
    with database.transaction() as session:
        assert differences(session) == []
        assert fold(session, GEN_SOURCE) is not None
        assert differences(session) == []
        assert refresh(session, GEN_SOURCE, "test").rows_wrong == 0
