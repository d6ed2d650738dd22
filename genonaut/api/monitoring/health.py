"""Health: whether the service can do its work, seen from outside its own connections."""

import asyncio
from typing import Any

from genonaut.api.monitoring.probes import (
    PATIENCE_SECONDS,
    NoAnswerError,
    broker_probe,
    database_probe,
)
from genonaut.broker import broker_url, is_embedded
from genonaut.config import Settings
from genonaut.counting.rendering import statements
from genonaut.db.counts import COUNTS
from genonaut.db.session import Database

# Counts are exact and pages are served without these: what is wrong with them is only told.
DISPENSABLE = {"broker"}

# One row, with a column for each count.
_AGES_OF_REFRESHES = "SELECT " + ", ".join(
    f"({statements(count, 'metrics.sql')['age']}) AS {name}" for name, count in COUNTS.items()
)


class HealthService:
    """Checks what the service needs; a further check is a further method in `readiness`."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database_probe(database, _AGES_OF_REFRESHES)
        self._broker = broker_probe(broker_url(settings))
        self._broker_is_embedded = is_embedded(settings)
        self._limit = settings.stats.stale_after

    async def readiness(self) -> dict[str, Any]:
        """All checks; ready if all that are needed are good. The others are `degraded`."""
        (database, ages), broker = await asyncio.gather(
            self._check_database(), self._check_broker()
        )
        checks = {"database": database, "refresh": self._check_refreshes(ages), "broker": broker}
        bad = {name for name, check in checks.items() if not check["ok"]}
        return {
            "ok": not bad - DISPENSABLE,
            "degraded": sorted(bad & DISPENSABLE),
            "checks": checks,
        }

    async def _check_database(self) -> tuple[dict[str, Any], dict[str, float | None]]:
        try:
            row = await self._database.answer()
        except NoAnswerError:
            detail = f"The database cannot be used, or not within {PATIENCE_SECONDS:g} seconds."
            return {"ok": False, "detail": detail}, {}
        return {"ok": True, "detail": "The database answers."}, row._asdict()

    async def _check_broker(self) -> dict[str, Any]:
        try:
            await self._broker.answer()
        except NoAnswerError:
            whose = "embedded broker" if self._broker_is_embedded else "broker"
            detail = (
                f"The {whose} does not answer, so nothing is refreshed or folded by the schedule. "
                "Counts are exact all the same."
            )
            return {"ok": False, "detail": detail}
        return {"ok": True, "detail": "The broker answers."}

    def _check_refreshes(self, ages: dict[str, float | None]) -> dict[str, Any]:
        """The check of the count that is worst: never verified, or too long ago, or the oldest."""
        known = {name: age for name, age in ages.items() if age is not None}
        if not ages or len(known) < len(ages):
            return _refresh(None, "It is not known that the counts were ever verified.", ok=False)
        name = max(known, key=lambda count: known[count] / self._limit(count))
        age, limit = known[name], self._limit(name)
        if age > limit:
            return _refresh(
                age,
                f"The counts of {name} were last verified {age:,.0f} seconds ago, and "
                f"{limit:,.0f} is the limit.",
                ok=False,
            )
        return _refresh(age, "The counts were verified lately.", ok=True)


def _refresh(age: float | None, detail: str, *, ok: bool) -> dict[str, Any]:
    return {"ok": ok, "age_seconds": age, "detail": detail}
