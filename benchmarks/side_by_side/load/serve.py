"""The real application with a contestant's way to read the four counts.

    python -m benchmarks.side_by_side.load.serve CONTESTANT REDIS_SOCKET

Its database and its listening socket are named by DATABASE_URL and GENONAUT_LISTENER.
Everything else is the same for all: routing, validation, middleware, logs, the response's shape.
Ours is served by `genonaut api` itself.
"""

import gc
import os
import socket
import sys
from datetime import UTC, datetime
from uuid import UUID

import uvicorn
from sqlalchemy import create_engine, make_url

from benchmarks.side_by_side.contestants.base import contestant_at
from benchmarks.side_by_side.contestants.readers import Reader
from genonaut.app import create_app
from genonaut.config import load_settings
from genonaut.content.viewer import Viewer
from genonaut.db.gen_source_counts import ViewerCounts
from genonaut.db.session import Database
from genonaut.logs import configure_logs


class StatsOf:
    """Replaces the application's own reader."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def read(self, _viewer: Viewer, user_id: UUID | None) -> ViewerCounts:
        """A viewer's four counts, as if they came from the cache just now."""
        regular, auto, community_regular, community_auto = await self._reader.read(user_id)
        now = datetime.now(UTC)
        return ViewerCounts(
            user_regular_count=regular,
            user_auto_count=auto,
            community_regular_count=community_regular,
            community_auto_count=community_auto,
            source="cache",
            as_of=now,
            verified_at=now,
        )

    async def close(self) -> None:
        await self._reader.close()


def main(kind: str, redis_socket: str) -> None:
    dsn = os.environ["DATABASE_URL"]
    settings = load_settings("test")
    configure_logs(settings.log)
    url = make_url(dsn).set(drivername="postgresql+psycopg")
    app = create_app(settings, Database(url, create_engine(url), is_embedded=True))
    app.state.counts_reader = StatsOf(contestant_at([kind, dsn, redis_socket]).reader())
    gc.collect()
    gc.freeze()
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    server.run(sockets=[socket.socket(fileno=int(os.environ["GENONAUT_LISTENER"]))])


if __name__ == "__main__":
    main(*sys.argv[1:])
