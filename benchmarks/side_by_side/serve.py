"""The real application with another way to read the four counts: a contestant's.

    DATABASE_URL=... python -m benchmarks.side_by_side.serve CONTESTANT REDIS_SOCKET

Everything else is the same for all: routing, validation, middleware, logs, the answer's shape.
Ours is served by `genonaut api` itself.
"""

import gc
import os
import socket
import sys
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import uvicorn
from sqlalchemy import create_engine, make_url

from benchmarks.side_by_side.contestants import CONTESTANTS
from benchmarks.side_by_side.contestants.readers import Reader
from genonaut.app import create_app
from genonaut.config import load_settings
from genonaut.db.session import Database
from genonaut.logs import configure_logs
from genonaut.running.listening import inherited_listener


class StatsOf:
    """Takes the place of the application's own reader."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def read(self, user_id: UUID | None) -> dict[str, Any]:
        """A viewer's four counts in the shape of the API."""
        regular, auto, community_regular, community_auto = await self._reader.read(user_id)
        now = datetime.now(UTC)
        return {
            "user_regular_count": regular,
            "user_auto_count": auto,
            "community_regular_count": community_regular,
            "community_auto_count": community_auto,
            "exact": True,
            "source": "cache",
            "as_of": now,
            "verified_at": now,
        }

    async def close(self) -> None:
        await self._reader.close()


def main(name: str, redis_socket: str) -> None:
    dsn = os.environ["DATABASE_URL"]
    settings = load_settings("test")
    configure_logs(settings.log)
    url = make_url(dsn).set(drivername="postgresql+psycopg")
    app = create_app(settings, Database(url, create_engine(url), is_embedded=True))
    app.state.counts_reader = StatsOf(CONTESTANTS[name](dsn, redis_socket).reader())
    listener = inherited_listener()
    gc.collect()
    gc.freeze()
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    server.run(sockets=[listener or socket.create_server(("127.0.0.1", 0))])


if __name__ == "__main__":
    main(*sys.argv[1:])
