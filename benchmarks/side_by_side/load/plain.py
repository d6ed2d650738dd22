"""A plain FastAPI route with a response model, and nothing around it.

python -m benchmarks.side_by_side.load.plain CONTESTANT DSN REDIS_SOCKET
"""

import sys
from datetime import UTC, datetime
from uuid import UUID

import psycopg
from fastapi import FastAPI

from benchmarks.side_by_side.contestants.base import READ_ALL
from benchmarks.side_by_side.gallery import counts, four
from benchmarks.side_by_side.load.readers import ROUTE
from benchmarks.side_by_side.load.serve import on_the_listener
from genonaut.api.schemas.content import StatsOut


def main(_kind: str, dsn: str, _redis_socket: str) -> None:
    with psycopg.connect(dsn) as connection:
        read = counts(connection.execute(READ_ALL).fetchall())
    now = datetime.now(UTC)
    app = FastAPI()

    @app.get(ROUTE, response_model=StatsOut)
    async def read_stats(user_id: UUID | None = None) -> dict[str, object]:
        regular, auto, community_regular, community_auto = four(read, user_id)
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

    on_the_listener(app)


if __name__ == "__main__":
    main(*sys.argv[1:])
