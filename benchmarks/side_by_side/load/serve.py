"""The real application with a contestant's way to read the four counts.

    python -m benchmarks.side_by_side.load.serve CONTESTANT REDIS_SOCKET

Its database and its listening socket are named by DATABASE_URL and GENONAUT_LISTENER.
Everything else is the same for all: routing, validation, middleware, logs, the response's shape.
Ours is served by `genonaut api` itself.
"""

import asyncio
import gc
import os
import socket
import sys
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

import uvicorn
from sqlalchemy import create_engine, make_url
from starlette.types import ASGIApp

from benchmarks.side_by_side.contestants.base import contestant_at
from benchmarks.side_by_side.contestants.readers import Reader
from genonaut.app import create_app
from genonaut.config import load_settings
from genonaut.content.viewer import Viewer
from genonaut.db.gen_source_counts import ViewerCounts
from genonaut.db.positions import Position
from genonaut.db.session import Database
from genonaut.logs import configure_logs
from genonaut.running.http_protocol import BoundedProtocol

HttpProtocol = type[asyncio.Protocol] | Literal["httptools"]


class StatsOf:
    """Replaces the application's own reader."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        # Made once, as ours is made once for all requests that share a query.
        self._now = datetime.now(UTC)

    async def read(
        self, _viewer: Viewer, user_id: UUID | None, _at_least: Position | None
    ) -> ViewerCounts:
        """A viewer's four counts, as if they came from the cache."""
        regular, auto, community_regular, community_auto = await self._reader.read(user_id)
        return ViewerCounts(
            user_regular_count=regular,
            user_auto_count=auto,
            community_regular_count=community_regular,
            community_auto_count=community_auto,
            source="cache",
            as_of=self._now,
            verified_at=self._now,
        )

    async def close(self) -> None:
        await self._reader.close()


def on_the_listener(app: ASGIApp, http: HttpProtocol = "httptools") -> None:
    """Serve an application as `genonaut api` does, at the socket that we were given."""
    gc.collect()
    gc.freeze()
    config = uvicorn.Config(app, http=http, loop="uvloop", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    server.run(sockets=[socket.socket(fileno=int(os.environ["GENONAUT_LISTENER"]))])


def main(kind: str, redis_socket: str) -> None:
    dsn = os.environ["DATABASE_URL"]
    settings = load_settings("test")
    configure_logs(settings.log)
    url = make_url(dsn).set(drivername="postgresql+psycopg")
    app = create_app(settings, Database(url, create_engine(url), is_embedded=True))
    app.state.counts_reader = StatsOf(contestant_at([kind, dsn, redis_socket]).reader())
    on_the_listener(app, http=BoundedProtocol)


if __name__ == "__main__":
    main(*sys.argv[1:])
