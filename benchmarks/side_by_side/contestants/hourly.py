"""The first implementation's algorithm, in our own words: a table that is rebuilt every hour."""

from typing import Any
from uuid import UUID

import psycopg
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Engine, Identity, String, create_engine, delete, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from benchmarks.side_by_side.contestants.base import Contestant
from benchmarks.side_by_side.contestants.readers import POOL
from benchmarks.side_by_side.gallery import COMMUNITY, Connection, Counts, Four, counts, four
from genonaut.db.schema import ContentItem, ContentItemAuto

SOURCES: list[tuple[str, Any]] = [("regular", ContentItem), ("auto", ContentItemAuto)]


class Base(DeclarativeBase):
    pass


# As the first implementation had it, and as `gen_source_stats` still is.
TABLE = """
CREATE TABLE item_counts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id uuid REFERENCES users (id) ON DELETE CASCADE,
    source_type varchar(10) NOT NULL,
    count bigint NOT NULL
);
CREATE UNIQUE INDEX ON item_counts (user_id, source_type) WHERE user_id IS NOT NULL;
CREATE UNIQUE INDEX ON item_counts (source_type) WHERE user_id IS NULL;
"""
READ = "SELECT user_id, source_type, count FROM item_counts WHERE user_id = %s"
READ_COMMUNITY = "SELECT user_id, source_type, count FROM item_counts WHERE user_id IS NULL"


class ItemCount(Base):
    __tablename__ = "item_counts"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    user_id: Mapped[UUID | None]
    source_type: Mapped[str] = mapped_column(String(10))
    count: Mapped[int]


class Hourly(Contestant):
    """Delete all rows, three counting queries, one object per row."""

    name = "hourly"
    what = "a table of counts, deleted and rebuilt; a user without rows is counted live"
    given = (
        "The index on the creator, and its table as it was: with a key of its own, a foreign key "
        "and two indexes, as ours has. A refresh is one transaction, so that readers never see an "
        "empty table. SQLAlchemy sends the rows in batches. Eight pooled connections and a pool "
        "of threads, in each process."
    )
    has_no_cost_of_writing = True
    refreshed_every = 5.0
    is_exact = False

    def install(self, connection: Connection) -> None:
        connection.execute(TABLE)

    def refresh(self, connection: Connection) -> None:
        engine = _engine(self.dsn)
        try:
            with Session(engine) as session, session.begin():
                _refresh(session)
        finally:
            engine.dispose()

    def read(self, connection: Connection, user: UUID | None) -> Four:
        queries = {READ: [user], READ_COMMUNITY: []} if user else {READ_COMMUNITY: []}
        rows = [row for q, keys in queries.items() for row in connection.execute(q, keys)]
        return four(counts(rows), user)

    def reader(self) -> "OrmReader":
        return OrmReader(_engine(self.dsn))


def _engine(dsn: str) -> Engine:
    return create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(dsn),
        pool_size=POOL,
        max_overflow=0,
    )


def _refresh(session: Session) -> None:
    session.execute(delete(ItemCount))
    for source, model in SOURCES:
        rows = session.execute(
            select(model.creator_id, func.count()).group_by(model.creator_id)
        ).all()
        for user, number in rows:
            session.add(ItemCount(user_id=user, source_type=source, count=number))
    community = select(*[select(func.count()).select_from(m).scalar_subquery() for _, m in SOURCES])
    for (source, _), number in zip(SOURCES, session.execute(community).one(), strict=True):
        session.add(ItemCount(user_id=None, source_type=source, count=number))


class OrmReader:
    """Two small queries through a session, in a thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def read(self, user: UUID | None) -> Four:
        return await run_in_threadpool(self._read, user)

    def _read(self, user: UUID | None) -> Four:
        with Session(self._engine) as session:
            found: Counts = {}
            for owner in {user, None}:
                rows = session.scalars(select(ItemCount).where(ItemCount.user_id == owner)).all()
                if not rows and owner:
                    return _count(session, owner)
                found |= {(owner or COMMUNITY, row.source_type): row.count for row in rows}
            return four(found, user)

    async def close(self) -> None:
        self._engine.dispose()


def _count(session: Session, user: UUID) -> Four:
    all_of = [select(func.count()).select_from(model) for _, model in SOURCES]
    own = [query.where(m.creator_id == user) for query, (_, m) in zip(all_of, SOURCES, strict=True)]
    regular, auto, community_regular, community_auto = (
        session.scalars(query).one() for query in (*own, *all_of)
    )
    return regular, auto, community_regular, community_auto
