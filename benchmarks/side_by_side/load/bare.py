"""A bare ASGI application that sends bytes which it has: the limit of our server.

    python -m benchmarks.side_by_side.load.bare CONTESTANT DSN REDIS_SOCKET    # the counts
    python -m benchmarks.side_by_side.load.bare FILE                           # what is in a file

It sends as many headers as our routes do, of the same lengths.
"""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psycopg
from starlette.types import ASGIApp, Receive, Scope, Send

from benchmarks.side_by_side.contestants.base import READ_ALL
from benchmarks.side_by_side.gallery import Four, counts, four
from benchmarks.side_by_side.load.serve import on_the_listener
from genonaut.api.http.ids import NOT_KEPT
from genonaut.api.schemas.content import StatsOut

_HEADERS: Final = (
    (b"content-type", b"application/json"),
    (b"x-request-id", b"0" * 32),
    (b"x-content-type-options", b"nosniff"),
    *NOT_KEPT,
)


def sending(bodies: Mapping[bytes, bytes], other: bytes) -> ASGIApp:
    """An application that sends the body of a query string, or else the other one."""
    headers = {
        body: [(b"content-length", b"%d" % len(body)), *_HEADERS]
        for body in {*bodies.values(), other}
    }

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await _live(receive, send)
            return
        body = bodies.get(scope["query_string"], other)
        await send({"type": "http.response.start", "status": 200, "headers": headers[body]})
        await send({"type": "http.response.body", "body": body})

    return application


async def _live(receive: Receive, send: Send) -> None:
    """Agree to start and to stop."""
    message = await receive()
    while message["type"] != "lifespan.shutdown":
        await send({"type": "lifespan.startup.complete"})
        message = await receive()
    await send({"type": "lifespan.shutdown.complete"})


def _stats(dsn: str) -> ASGIApp:
    with psycopg.connect(dsn) as connection:
        read = counts(connection.execute(READ_ALL).fetchall())
    now, users = datetime.now(UTC), {user for user, _ in read}
    bodies = {f"user_id={user}".encode(): _body(four(read, user), now) for user in users}
    return sending(bodies, _body(four(read, None), now))


def _body(numbers: Four, now: datetime) -> bytes:
    regular, auto, community_regular, community_auto = numbers
    stats = StatsOut(
        user_regular_count=regular,
        user_auto_count=auto,
        community_regular_count=community_regular,
        community_auto_count=community_auto,
        exact=True,
        source="cache",
        as_of=now,
        verified_at=now,
    )
    return stats.model_dump_json().encode()


def main(arguments: list[str]) -> None:
    if len(arguments) == 1:
        on_the_listener(sending({}, Path(arguments[0]).read_bytes()))
        return
    _, dsn, _ = arguments
    on_the_listener(_stats(dsn))


if __name__ == "__main__":
    main(sys.argv[1:])
