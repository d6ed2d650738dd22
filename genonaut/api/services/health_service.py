"""Health: whether the service can do its work, seen from outside its own connections."""

import asyncio
from typing import Any

import psycopg
import structlog

from genonaut.api.exceptions import DatabaseTimeoutError
from genonaut.api.turns import Turns
from genonaut.db.session import Database

PATIENCE_SECONDS = 2.0
CONNECTIONS = 2

_AGE_OF_REFRESH = """
SELECT extract(epoch FROM now() - max(started_at))::float8
FROM gen_source_refreshes
WHERE outcome <> 'failed'
"""

log = structlog.stdlib.get_logger(__name__)


class HealthService:
    """Checks what the service needs; a further check is a further method in `readiness`."""

    def __init__(self, database: Database, stale_after_seconds: float) -> None:
        url = database.url.set(drivername="postgresql")
        self._address = url.render_as_string(hide_password=False)
        self._stale_after_seconds = stale_after_seconds
        self._turns = Turns(CONNECTIONS, PATIENCE_SECONDS)

    async def readiness(self) -> dict[str, Any]:
        """All checks; ready only if all are good."""
        database, age = await self._check_database()
        checks = {"database": database, "refresh": self._check_refresh(age)}
        return {"ok": all(check["ok"] for check in checks.values()), "checks": checks}

    async def _check_database(self) -> tuple[dict[str, Any], float | None]:
        try:
            async with self._turns.one(), asyncio.timeout(PATIENCE_SECONDS):
                age = await self._age_of_refresh()
        except (psycopg.Error, TimeoutError, DatabaseTimeoutError) as error:
            log.warning("not ready", reason=repr(error))
            detail = f"The database cannot be used, or not within {PATIENCE_SECONDS:g} seconds."
            return {"ok": False, "detail": detail}, None
        return {"ok": True, "detail": "The database answers."}, age

    async def _age_of_refresh(self) -> float | None:
        # A connection of its own, so that the pool's state does not matter, and an asynchronous
        # one, because a server that hangs can only be given up on from outside.
        async with await psycopg.AsyncConnection.connect(self._address) as connection:
            row = await (await connection.execute(_AGE_OF_REFRESH)).fetchone()
        return row[0] if row else None

    def _check_refresh(self, age: float | None) -> dict[str, Any]:
        if age is None:
            return _refresh(None, "It is not known that the counts were ever verified.", ok=False)
        if age > self._stale_after_seconds:
            return _refresh(age, "The counts were not verified for too long.", ok=False)
        return _refresh(age, "The counts were verified lately.", ok=True)


def _refresh(age: float | None, detail: str, *, ok: bool) -> dict[str, Any]:
    return {"ok": ok, "age_seconds": age, "detail": detail}
