"""What every contestant can do: the same few verbs."""

from typing import ClassVar
from uuid import UUID

from benchmarks.side_by_side.contestants.readers import PooledReader, Reader
from benchmarks.side_by_side.gallery import NOBODY, Connection, Counts, Four, counts, four

# Triggers and a refresh keep such a table; it is read by primary key.
COUNTS_TABLE = """
CREATE TABLE item_counts (
    user_id uuid NOT NULL,
    source_type varchar(10) NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (user_id, source_type)
) WITH (fillfactor = 80)
"""
COUNT_EVERYTHING = """
SELECT coalesce(creator_id, '00000000-0000-0000-0000-000000000000') AS user_id,
       CASE source_type WHEN 'items' THEN 'regular' ELSE 'auto' END AS source_type,
       count(*) AS count
FROM content_items_all
GROUP BY GROUPING SETS ((creator_id, source_type), (source_type))
"""
READ = "SELECT user_id, source_type, count FROM item_counts WHERE user_id = ANY (%s)"
READ_ALL = "SELECT user_id, source_type, count FROM item_counts"


class Contestant:
    """A way to count. Its database has the gallery's tables and indexes, and no triggers of ours.

    The defaults are those of a contestant who keeps the table `item_counts`.
    """

    name: ClassVar[str]
    what: ClassVar[str]
    given: ClassVar[str]  # what it gets beyond the gallery, in fairness
    writes_like_none: ClassVar[bool] = False  # nothing of it is in the way of a writer
    is_ours: ClassVar[bool] = False
    is_exact: ClassVar[bool] = True  # promises that a reader sees every commit
    refreshed_every: ClassVar[float | None] = None  # seconds, while others write
    has_upkeep: ClassVar[bool] = False
    told_by: ClassVar[str | None] = READ_ALL  # all that it tells; None if it is not in the database
    keeps_counts_in: ClassVar[tuple[str, ...]] = ("item_counts",)

    def __init__(self, dsn: str, redis_socket: str) -> None:
        self.dsn = dsn
        self.redis_socket = redis_socket

    def install(self, connection: Connection) -> None:
        """Its tables and triggers, without any count."""
        raise NotImplementedError

    def refresh(self, connection: Connection) -> None:
        """Count everything: the first build, and where `refreshed_every` all others."""

    def upkeep(self, connection: Connection) -> None:
        """What its worker does every second or so, while others write."""

    def told(self, connection: Connection) -> Counts:
        """Everything that it would tell readers now."""
        if self.told_by is None:
            raise NotImplementedError
        return counts(connection.execute(self.told_by).fetchall())

    def read(self, connection: Connection, user: UUID | None) -> Four:
        """One viewer's counts, by the statement that its route executes."""
        rows = connection.execute(READ, [[user or NOBODY, NOBODY]], prepare=True).fetchall()
        return four(counts(rows), user)

    def written(self, changes: Counts) -> None:
        """Called by a writer after its commit, with what it added or took away."""

    def plant(self, connection: Connection) -> None:
        """Make one count wrong by one, to see that it is noticed."""
        connection.execute("UPDATE item_counts SET count = count + 1 WHERE user_id = %s", [NOBODY])

    def reader(self) -> Reader:
        """What answers its route."""
        return PooledReader(self.dsn, READ, lambda user: [[user or NOBODY, NOBODY]])
