"""A materialized view, refreshed concurrently."""

from benchmarks.side_by_side.contestants.base import Contestant
from benchmarks.side_by_side.gallery import RECOUNT, Connection

VIEW = f"CREATE MATERIALIZED VIEW item_counts AS {RECOUNT}"
INDEX = "CREATE UNIQUE INDEX ON item_counts (user_id, source_type)"


class MaterializedView(Contestant):
    """PostgreSQL's own cache of a query."""

    name = "materialized view"
    what = "`REFRESH MATERIALIZED VIEW CONCURRENTLY`"
    given = (
        "The unique index that a concurrent refresh needs, by which it is read too. Eight "
        "asynchronous connections with prepared statements, in each process."
    )
    has_no_cost_of_writing = True
    refreshed_every = 5.0
    is_exact = False

    def install(self, connection: Connection) -> None:
        connection.execute(f"{VIEW} WITH NO DATA")
        connection.execute(INDEX)

    def refresh(self, connection: Connection) -> None:
        built = connection.execute(
            "SELECT relispopulated FROM pg_class WHERE oid = 'item_counts'::regclass"
        ).fetchone()
        how = (
            "CONCURRENTLY" if built == (True,) else ""
        )  # the first time there are no readers to spare
        connection.execute(f"REFRESH MATERIALIZED VIEW {how} item_counts")
