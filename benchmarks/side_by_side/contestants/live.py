"""Counting on every read, the way the gallery worked before it had a cache."""

from uuid import UUID

from benchmarks.side_by_side.contestants.base import Contestant
from benchmarks.side_by_side.contestants.readers import PooledReader
from benchmarks.side_by_side.gallery import NOBODY, Connection, Four, counts, four

# A view, so that a wrong answer can be planted; it costs nothing.
VIEW = """
CREATE OR REPLACE VIEW counted_items AS
SELECT creator_id, CASE source_type WHEN 'items' THEN 'regular' ELSE 'auto' END AS source_type
FROM content_items_all
"""
ONE_MORE = "UNION ALL (SELECT creator_id, 'auto' FROM content_items_all LIMIT 1)"
COUNT = """
SELECT creator_id, source_type, count(*) FROM counted_items WHERE creator_id = %s GROUP BY 1, 2
UNION ALL
SELECT NULL, source_type, count(*) FROM counted_items GROUP BY 2
"""
COUNT_ALL = """
SELECT creator_id AS user_id, source_type, count(*) AS count FROM counted_items
GROUP BY GROUPING SETS ((creator_id, source_type), (source_type))
"""


class Live(Contestant):
    """Two counts of one user, by index, and two of everything."""

    name = "live"
    what = "`count(*)` on every read"
    given = (
        "The index on the creator. One statement for all four counts. Eight asynchronous "
        "connections with prepared statements, in each process."
    )
    writes_like_none = True
    told_by = COUNT_ALL

    def install(self, connection: Connection) -> None:
        connection.execute(VIEW)

    def read(self, connection: Connection, user: UUID | None) -> Four:
        rows = connection.execute(COUNT, [user or NOBODY], prepare=True).fetchall()
        return four(counts(rows), user)

    def plant(self, connection: Connection) -> None:
        connection.execute(VIEW + ONE_MORE)

    def reader(self) -> PooledReader:
        return PooledReader(self.dsn, COUNT, lambda user: [user or NOBODY])
