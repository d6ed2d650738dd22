"""What every contestant can do: the same few verbs."""

from collections.abc import Sequence
from pkgutil import resolve_name
from typing import ClassVar, Literal
from uuid import UUID

from benchmarks.side_by_side.contestants.readers import PooledReader, Reader
from benchmarks.side_by_side.gallery import COMMUNITY, Connection, Counts, Four, counts, four

# Triggers and a refresh keep such a table; it is read by primary key.
COUNTS_TABLE = """
CREATE TABLE item_counts (
    user_id uuid NOT NULL,
    source_type varchar(10) NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (user_id, source_type)
) WITH (fillfactor = 80)
"""
READ = "SELECT user_id, source_type, count FROM item_counts WHERE user_id = ANY (%s)"
READ_ALL = "SELECT user_id, source_type, count FROM item_counts"

Client = Literal["pgbench", "Python"]


class Contestant:
    """A way to count. Its database has the gallery's tables and indexes, and no triggers of ours.

    The defaults are those of a contestant that keeps the table `item_counts`.
    """

    name: ClassVar[str]
    what: ClassVar[str]
    given: ClassVar[str]  # what it gets beyond the gallery, in fairness
    is_ours: ClassVar[bool] = False
    is_exact: ClassVar[bool] = True  # promises that a reader sees every commit
    answers_from_memory: ClassVar[bool] = False  # with what it read at the start
    has_no_cost_of_writing: ClassVar[bool] = False  # a write does nothing for it
    written_by: ClassVar[tuple[Client, ...]] = ("pgbench",)
    shows_page_by: ClassVar[Literal["API", "SQL"] | None] = None  # None: it has no gallery page
    refreshed_every: ClassVar[float | None] = None  # seconds, while others write
    has_upkeep: ClassVar[bool] = False
    reported_by: ClassVar[str | None] = READ_ALL  # None: its counts are outside the database
    keeps_counts_in: ClassVar[tuple[str, ...]] = ("item_counts",)

    def __init__(self, dsn: str, redis_socket: str) -> None:
        self.dsn = dsn
        self.redis_socket = redis_socket

    def install(self, connection: Connection) -> None:
        """Make its tables and triggers, without any count."""
        connection.execute(COUNTS_TABLE)

    def refresh(self, connection: Connection) -> None:
        """Count everything: the first build, and if `refreshed_every` all later ones."""

    def upkeep(self, connection: Connection) -> None:
        """What its worker does every second or so, while others write."""

    def reported(self, connection: Connection) -> Counts:
        """Everything that its readers would see now, if it is outside the database."""
        raise NotImplementedError

    def read(self, connection: Connection, user: UUID | None) -> Four:
        """One viewer's counts, by the statement that its route executes."""
        rows = connection.execute(READ, [[user or COMMUNITY, COMMUNITY]], prepare=True).fetchall()
        return four(counts(rows), user)

    def written(self, changes: Counts) -> None:
        """Called by a writer after its commit, with what it added and removed."""

    def reader(self) -> Reader:
        """What its route reads from."""
        return PooledReader(self.dsn, READ, lambda user: [[user or COMMUNITY, COMMUNITY]])

    @property
    def address(self) -> tuple[str, str, str]:
        """What another process needs to find the same contestant: see `contestant_at`."""
        kind = type(self)
        return f"{kind.__module__}:{kind.__qualname__}", self.dsn, self.redis_socket

    @property
    def server(self) -> tuple[str, ...]:
        """The module, with its arguments, that serves its route."""
        kind, _, redis_socket = self.address
        return "benchmarks.side_by_side.load.serve", kind, redis_socket


def contestant_at(address: Sequence[str]) -> Contestant:
    """The contestant at an address, in this process."""
    kind, dsn, redis_socket = address
    contestant: Contestant = resolve_name(kind)(dsn, redis_socket)
    return contestant
