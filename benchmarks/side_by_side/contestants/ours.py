"""Ours: the real migrations, the real API, the real refresh. No other file knows them."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from psycopg.rows import namedtuple_row
from sqlalchemy import Engine, StaticPool, create_engine
from sqlalchemy.orm import Session

from benchmarks.side_by_side.contestants.base import Contestant
from benchmarks.side_by_side.gallery import Connection, Four, counts, four
from genonaut.counting import engine
from genonaut.counting.rendering import statements
from genonaut.db.counts import GEN_SOURCE


class Ours(Contestant):
    """Stored counts, and a ledger that triggers append to."""

    name = "ours"
    what = "stored counts and an append-only ledger, as released"
    given = (
        "The triggers of the four counts alone: the gallery's further counts are switched off. "
        "Its ledger is folded every second while others write, which its worker does every five. "
        "One asynchronous connection for the route, in each process. A refresh and a fold use a "
        "connection that is kept, as the worker does, and as the bare GROUP BY does."
    )
    is_ours = True
    shows_page_by = "API"
    has_upkeep = True
    reported_by = "SELECT user_id, source_type, count FROM gen_source_counts"
    keeps_counts_in = ("gen_source_stats", "gen_source_deltas")
    _kept: tuple[Connection | None, Engine | None] = (None, None)

    def install(self, connection: Connection) -> None:
        """Make nothing: its tables and triggers came with the migrations."""

    def refresh(self, connection: Connection) -> None:
        with self._session(connection) as session:
            engine.refresh(session, GEN_SOURCE, "benchmark")

    def upkeep(self, connection: Connection) -> None:
        with self._session(connection) as session:
            engine.fold(session, GEN_SOURCE)

    @contextmanager
    def _session(self, connection: Connection) -> Iterator[Session]:
        """A session on a connection that is kept, as those of a worker are."""
        connection.autocommit = False
        try:
            with Session(self._engine_on(connection)) as session, session.begin():
                yield session
        finally:
            if not connection.closed:
                connection.autocommit = True

    def _engine_on(self, connection: Connection) -> Engine:
        """Made once for each connection."""
        kept_for, kept = self._kept
        if kept is None or kept_for is not connection:
            kept = create_engine(
                "postgresql+psycopg://", creator=lambda: connection, poolclass=StaticPool
            )
            self._kept = connection, kept
        return kept

    def read(self, connection: Connection, user: UUID | None) -> Four:
        cursor = connection.cursor(row_factory=namedtuple_row)
        read, keys = statements(GEN_SOURCE)["read"], [user] if user else []
        rows = cursor.execute(read, {"keys": keys}, prepare=True).fetchall()
        found = engine.reading(GEN_SOURCE, rows).counts.items()
        return four(counts([(owner, source, number) for (owner, source), number in found]), user)

    @property
    def server(self) -> tuple[str, ...]:
        return "genonaut", "api", "--env", "test"
