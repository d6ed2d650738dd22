"""Contestants with an error planted, each of which one of the measures has to find.

Their processes import them from here, as those of the real ones import the real ones.
"""

from typing import ClassVar
from uuid import UUID

from benchmarks.side_by_side.contestants.base import Contestant
from benchmarks.side_by_side.contestants.hourly import Hourly
from benchmarks.side_by_side.contestants.live import COUNT, Live
from benchmarks.side_by_side.contestants.materialized_view import INDEX, MaterializedView
from benchmarks.side_by_side.contestants.none import NoCounting
from benchmarks.side_by_side.contestants.ours import Ours
from benchmarks.side_by_side.contestants.readers import PooledReader, Reader
from benchmarks.side_by_side.contestants.redis_counters import RedisCounters
from benchmarks.side_by_side.contestants.triggers import RowTrigger, StatementTrigger
from benchmarks.side_by_side.contestants.yardsticks import BareServer, PlainRoute
from benchmarks.side_by_side.gallery import COMMUNITY, RECOUNT, Connection, Counts, Four
from benchmarks.side_by_side.stage import NO_TRIGGERS


class Liar(Contestant):
    """Passes every proof, as it reports a recount; what its readers see is wrong by one."""

    reported_by = RECOUNT
    one_more: ClassVar[str] = (
        f"UPDATE item_counts SET count = count + 1 WHERE coalesce(user_id, '{COMMUNITY}')"
        f" = '{COMMUNITY}'"
    )

    def refresh(self, connection: Connection) -> None:
        super().refresh(connection)
        connection.execute(self.one_more)


class LyingNone(Liar, NoCounting):
    pass


class LyingBareServer(Liar, BareServer):
    pass


class LyingPlainRoute(Liar, PlainRoute):
    pass


class LyingHourly(Liar, Hourly):
    pass


class LyingRowTrigger(Liar, RowTrigger):
    pass


class LyingStatementTrigger(Liar, StatementTrigger):
    pass


class LyingOurs(Liar, Ours):
    one_more = "UPDATE gen_source_stats SET count = count + 1 WHERE user_id IS NULL"


class LyingLive(Live):
    """Its statement is right, and only the responses of its route are wrong."""

    def reader(self) -> PooledReader:
        wrong = COUNT.replace("count(*)", "count(*) + 1")
        return PooledReader(self.dsn, wrong, lambda user: [user or COMMUNITY])


class LyingMaterializedView(MaterializedView):
    reported_by = RECOUNT

    def install(self, connection: Connection) -> None:
        connection.execute(
            "CREATE MATERIALIZED VIEW item_counts AS SELECT user_id, source_type, count + 1 AS"
            f" count FROM ({RECOUNT}) AS counts WITH NO DATA"
        )
        connection.execute(INDEX)


class LyingRedis(RedisCounters):
    reported_by = RECOUNT

    def refresh(self, connection: Connection) -> None:
        super().refresh(connection)
        self.written({(COMMUNITY, "auto"): 1})


class ForgetfulRowTrigger(RowTrigger):
    """Right when it is built, and wrong after the first write; so are the next ones."""

    triggers = ()


class ForgetfulStatementTrigger(StatementTrigger):
    triggers = ()


class ForgetfulRedis(RedisCounters):
    def written(self, changes: Counts) -> None:
        pass


class ForgetfulOurs(Ours):
    def install(self, connection: Connection) -> None:
        connection.execute(NO_TRIGGERS)


class LazyMaterializedView(MaterializedView):
    """Refreshes once and never again."""

    refreshed = False

    def refresh(self, connection: Connection) -> None:
        if not self.refreshed:
            super().refresh(connection)
        self.refreshed = True


class LazyHourly(Hourly):
    """The same."""

    refreshed = False

    def refresh(self, connection: Connection) -> None:
        if not self.refreshed:
            super().refresh(connection)
        self.refreshed = True


class BusyOurs(Ours):
    """Writes a row at each refresh, though it is right already."""

    def refresh(self, connection: Connection) -> None:
        super().refresh(connection)
        connection.execute("UPDATE gen_source_stats SET count = count WHERE user_id IS NULL")


class CachingLive(Live):
    """Counts on the first read of a viewer, and repeats that later."""

    def reader(self) -> "CachingReader":
        return CachingReader(super().reader())


class CachingReader:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._cache: dict[UUID | None, Four] = {}

    async def read(self, user: UUID | None) -> Four:
        if user not in self._cache:
            self._cache[user] = await self._reader.read(user)
        return self._cache[user]

    async def close(self) -> None:
        await self._reader.close()
