"""Who is measured. Each is a small file with the same few verbs; see `base`."""

from genonaut.bench.contestants.base import Contestant
from genonaut.bench.contestants.hourly import Hourly
from genonaut.bench.contestants.live import Live
from genonaut.bench.contestants.materialized_view import MaterializedView
from genonaut.bench.contestants.none import NoCounting
from genonaut.bench.contestants.ours import Ours
from genonaut.bench.contestants.redis_counters import RedisCounters
from genonaut.bench.contestants.triggers import RowTrigger, StatementTrigger

CONTESTANTS: dict[str, type[Contestant]] = {
    kind.name: kind
    for kind in (
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

__all__ = ["CONTESTANTS", "Contestant"]
