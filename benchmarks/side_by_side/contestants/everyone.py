"""All contestants by name. Processes that run a single one are spared this file's imports."""

from benchmarks.side_by_side.contestants.base import Contestant
from benchmarks.side_by_side.contestants.hourly import Hourly
from benchmarks.side_by_side.contestants.live import Live
from benchmarks.side_by_side.contestants.materialized_view import MaterializedView
from benchmarks.side_by_side.contestants.none import NoCounting
from benchmarks.side_by_side.contestants.ours import Ours
from benchmarks.side_by_side.contestants.redis_counters import RedisCounters
from benchmarks.side_by_side.contestants.triggers import RowTrigger, StatementTrigger
from benchmarks.side_by_side.contestants.yardsticks import BareServer, PlainRoute

CONTESTANTS: dict[str, type[Contestant]] = {
    kind.name: kind
    for kind in (
        BareServer,
        PlainRoute,
        NoCounting,
        Live,
        Hourly,
        MaterializedView,
        RowTrigger,
        StatementTrigger,
        RedisCounters,
        Ours,
    )
}
