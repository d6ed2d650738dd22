"""Health: whether the service can do its work, seen from outside its own connections."""

import asyncio
from dataclasses import dataclass

from genonaut.api.monitoring.probes import (
    PATIENCE_SECONDS,
    NoAnswerError,
    Probe,
    database_probe,
    embedded_broker_probe,
)
from genonaut.broker import broker_url, is_embedded
from genonaut.config import Settings
from genonaut.counting.rendering import statements
from genonaut.db.counts import COUNTS
from genonaut.db.replicas import Replicas
from genonaut.db.session import Database
from genonaut.embedded.valkey import socket_path

# One row, with a column for each count.
_AGES_OF_REFRESHES = "SELECT " + ", ".join(
    f"({statements(count, 'metrics.sql')['age']}) AS {name}" for name, count in COUNTS.items()
)


@dataclass(frozen=True, slots=True)
class Check:
    """Whether one thing is as it should be, and a sentence about it."""

    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class RefreshCheck(Check):
    """The count that was verified longest ago, by its own limit; None: not every count was."""

    age_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Checks:
    """All checks by name."""

    database: Check
    refresh: RefreshCheck
    broker: Check
    replicas: Check | None = None


@dataclass(frozen=True, slots=True)
class Readiness:
    """All checks, and what follows from them."""

    checks: Checks

    @property
    def ok(self) -> bool:
        """Whether the service can do its work: counts are exact without a broker."""
        return self.checks.database.ok and self.checks.refresh.ok

    @property
    def degraded(self) -> list[str]:
        """The failed checks that serving does not depend on."""
        optional = {"broker": self.checks.broker, "replicas": self.checks.replicas}
        return [name for name, check in optional.items() if check and not check.ok]


class HealthService:
    """Checks what the service needs; a further check is a further method in `readiness`."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database_probe(database, _AGES_OF_REFRESHES)
        self._replicas = database.replicas
        self._broker = _broker_probe(settings)
        self._is_lite = settings.lite
        self._broker_is_embedded = is_embedded(settings)
        self._limit = settings.stats.stale_after

    async def readiness(self) -> Readiness:
        """All checks, made at the same time; each within `PATIENCE_SECONDS`."""
        (database, ages), broker = await asyncio.gather(
            self._check_database(), self._check_broker()
        )
        replicas = _check_replicas(self._replicas) if self._replicas else None
        return Readiness(Checks(database, self._check_refreshes(ages), broker, replicas))

    async def database_answers(self) -> bool:
        """Whether the database answers within `PATIENCE_SECONDS`, and nothing else."""
        check, _ = await self._check_database()
        return check.ok

    async def _check_database(self) -> tuple[Check, dict[str, float | None]]:
        try:
            row = await self._database.ask()
        except NoAnswerError:
            detail = f"The database cannot be used, or not within {PATIENCE_SECONDS:g} seconds."
            return Check(ok=False, detail=detail), {}
        return Check(ok=True, detail="The database answers."), row._asdict()

    async def _check_broker(self) -> Check:
        if self._is_lite:
            return Check(ok=True, detail="There is no broker: the API itself refreshes and folds.")
        try:
            await self._broker.ask()
        except NoAnswerError:
            which = "embedded broker" if self._broker_is_embedded else "broker"
            detail = (
                f"The {which} does not answer, so scheduled refreshes and folds do not run. "
                "Counts stay exact."
            )
            return Check(ok=False, detail=detail)
        return Check(ok=True, detail="The broker answers.")

    def _check_refreshes(self, ages: dict[str, float | None]) -> RefreshCheck:
        """The check of the worst count: never verified, or furthest beyond its limit."""
        known = {name: age for name, age in ages.items() if age is not None}
        if not ages or len(known) < len(ages):
            return RefreshCheck(ok=False, detail="Not every count is known to have been verified.")
        name = max(known, key=lambda count: known[count] / self._limit(count))
        age, limit = known[name], self._limit(name)
        if age > limit:
            detail = (
                f"The counts of {name} were last verified {age:,.0f} seconds ago, and "
                f"{limit:,.0f} is the limit."
            )
            return RefreshCheck(ok=False, detail=detail, age_seconds=age)
        detail = "The counts were verified lately."
        return RefreshCheck(ok=True, detail=detail, age_seconds=age)


def _check_replicas(replicas: Replicas) -> Check:
    """By what was seen of them last: each is looked at every second."""
    missed = [
        f"{one.name} {one.standing.complaint}" for one in replicas.members if one.standing.complaint
    ]
    if missed:
        detail = f"The primary is read from instead of a replica: {'; '.join(missed)}."
        return Check(ok=False, detail=detail)
    return Check(ok=True, detail=f"All replicas are read from ({len(replicas.members)}).")


def _broker_probe(settings: Settings) -> Probe[None]:
    if is_embedded(settings):
        return embedded_broker_probe(socket_path(settings.home))
    # It needs the client's library, which is larger than all that answers requests.
    from genonaut.api.monitoring.brokers import broker_probe  # noqa: PLC0415

    return broker_probe(broker_url(settings))
