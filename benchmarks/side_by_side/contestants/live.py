"""Counting on every read, the way the gallery worked before it had a cache."""

from uuid import UUID

from benchmarks.side_by_side.contestants.base import Contestant
from benchmarks.side_by_side.contestants.readers import PooledReader, Reader
from benchmarks.side_by_side.gallery import COMMUNITY, RECOUNT, Connection, Four, counts, four

SOURCE = "CASE source_type WHEN 'items' THEN 'regular' ELSE 'auto' END"
COUNT = f"""
SELECT creator_id, {SOURCE}, count(*) FROM content_items_all WHERE creator_id = %s GROUP BY 1, 2
UNION ALL
SELECT NULL, {SOURCE}, count(*) FROM content_items_all GROUP BY 2
"""


class Live(Contestant):
    """Two counts of one user, by index, and two of everything."""

    name = "live"
    what = "`count(*)` on every read"
    given = (
        "The index on the creator. One statement for all four counts. Eight asynchronous "
        "connections with prepared statements, in each process."
    )
    has_no_cost_of_writing = True
    shows_page_by = "SQL"
    reported_by = RECOUNT

    def install(self, connection: Connection) -> None:
        """Keep nothing: there is nothing to keep right."""

    def read(self, connection: Connection, user: UUID | None) -> Four:
        rows = connection.execute(COUNT, [user or COMMUNITY], prepare=True).fetchall()
        return four(counts(rows), user)

    def reader(self) -> Reader:
        return PooledReader(self.dsn, COUNT, lambda user: [user or COMMUNITY])
