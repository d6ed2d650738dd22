"""What a gallery needs at its peak, and how much more each limit allows.

Everything is proportional, so that it can be followed with a pencil. Queues are not in it: the
headroom is for them.
"""

import math
from dataclasses import dataclass
from typing import Protocol

DAY = 86_400


class Values(Protocol):
    """Assumptions or costs, by their names."""

    def __getitem__(self, name: str, /) -> float: ...


@dataclass(frozen=True)
class Traffic:
    """At the peak, in one second. Each page brings its counts."""

    pages: float
    writes: float

    def times(self, factor: float) -> "Traffic":
        """So many times as much."""
        return Traffic(self.pages * factor, self.writes * factor)


@dataclass(frozen=True)
class Needs:
    """What a gallery takes."""

    items: int
    traffic: Traffic
    api_processes: int
    reading_cores: float
    writing_cores: float
    replicas: int
    disk: float
    log: float
    ledger_rows: float
    refresh_seconds: float
    connections: int
    limits: dict[str, float]
    """How many times this traffic each limit allows; for the refresh, this many items."""

    @property
    def first_limit(self) -> str:
        """What binds first."""
        return min(self.limits, key=self.limits.__getitem__)


def usual_traffic(items: int, assumed: Values) -> Traffic:
    """That of a community with so many items."""
    come = items / assumed["items-per-user"] * assumed["active-share"]
    each = come / DAY * assumed["peak"]
    return Traffic(each * assumed["pages-per-day"], each * assumed["items-per-day"])


def needs(items: int, traffic: Traffic, costs: Values, assumed: Values) -> Needs:
    """What a gallery of so many items takes with this traffic."""
    room, cores = assumed["headroom"], assumed["cores"]
    serving = traffic.pages * (costs["page, API"] + costs["counts, API"])
    reading = traffic.pages * (costs["page, database"] + costs["counts, database"])
    writing = _writing(items, traffic, costs, assumed)
    processes = max(1, math.ceil(serving / room))
    connections = processes * assumed["connections-per-process"] + assumed["connections-besides"]
    fits = (reading + writing) / room <= cores
    return Needs(
        items,
        traffic,
        processes,
        reading,
        writing,
        0 if fits else math.ceil(reading / room / _of_a_replica(assumed)),
        items * assumed["bytes-per-item"],
        traffic.writes * costs["log of a write"],
        traffic.writes * assumed["fold-seconds"],
        items * costs["refresh of an item"],
        math.ceil(connections),
        {
            "primary: processors": room * cores / writing,
            "readers, all replicas": assumed["most-replicas"]
            * _of_a_replica(assumed)
            * room
            / reading,
            "primary: commits": room * assumed["commits-per-second"] / traffic.writes,
            "replay on a standby": room * assumed["replay-per-second"] / traffic.writes,
            "connections": assumed["max-connections"] / connections,
            "ledger between folds": assumed["ledger-rows"]
            / (traffic.writes * assumed["fold-seconds"]),
            "time of a refresh": assumed["refresh-seconds"] / (items * costs["refresh of an item"]),
        },
    )


def _of_a_replica(assumed: Values) -> float:
    return assumed["cores"] - 1  # replay is one process


def _writing(items: int, traffic: Traffic, costs: Values, assumed: Values) -> float:
    """Processors of the primary: writes, folds, and an hourly refresh as its share of the hour."""
    folding = traffic.writes / assumed["fold-rows-per-second"]
    refreshing = items * costs["refresh of an item"] * 2 / 3600  # by two processes
    return traffic.writes * costs["write"] + folding + refreshing
