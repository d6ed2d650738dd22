"""Counters in Redis, incremented after the commit."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

import redis
import redis.asyncio
from sqlalchemy import make_url

from benchmarks.side_by_side.contestants.base import Contestant
from benchmarks.side_by_side.gallery import (
    AUTO,
    COMMUNITY,
    REGULAR,
    Connection,
    Counts,
    Four,
    four,
    true_counts,
)


class RedisCounters(Contestant):
    """A hash of counters beside the database, and nothing that binds the two."""

    name = "Redis"
    what = "counters in Valkey, incremented after the commit"
    given = (
        "Valkey on a Unix socket, which writes its file every second. One round trip for all of a "
        "transaction's increments, and one for a read."
    )
    is_exact = False
    written_by = ("Python",)  # pgbench cannot do anything after a commit
    reported_by: ClassVar[str | None] = None

    @property
    def _key(self) -> str:
        return f"counts:{make_url(self.dsn).database}"

    @cached_property
    def _client(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=self.redis_socket, socket_timeout=5)

    def install(self, connection: Connection) -> None:
        self._client.delete(self._key)

    def refresh(self, connection: Connection) -> None:
        found: dict[Any, Any] = {_field(*key): n for key, n in true_counts(connection).items()}
        with self._client.pipeline() as together:
            together.delete(self._key)
            if found:
                together.hset(self._key, mapping=found)
            together.execute()

    def reported(self, connection: Connection) -> Counts:
        found = self._client.hgetall(self._key).items()
        return {_parsed(field): int(number) for field, number in found if int(number)}

    def read(self, connection: Connection, user: UUID | None) -> Four:
        return _four(self._client.hmget(self._key, _fields(user)), user)

    def written(self, changes: Counts) -> None:
        with self._client.pipeline(transaction=False) as together:
            for (user, source), change in changes.items():
                together.hincrby(self._key, _field(user, source), change)
            together.execute()

    def reader(self) -> "RedisReader":
        return RedisReader(self.redis_socket, self._key)


class RedisReader:
    """One command per request."""

    def __init__(self, socket: str, key: str) -> None:
        # A pool refuses its 101st user if it is not told otherwise.
        self._client = redis.asyncio.Redis(unix_socket_path=socket, max_connections=1024)
        self._key = key

    async def read(self, user: UUID | None) -> Four:
        return _four(await self._client.hmget(self._key, _fields(user)), user)

    async def close(self) -> None:
        await self._client.aclose()


def _field(user: UUID, source: str) -> str:
    return f"{user}:{source}"


def _fields(user: UUID | None) -> list[str]:
    return [_field(owner, s) for owner in (user or COMMUNITY, COMMUNITY) for s in (REGULAR, AUTO)]


def _parsed(field: bytes | str) -> tuple[UUID, str]:
    text = field if isinstance(field, str) else field.decode()
    user, _, source = text.partition(":")
    return UUID(user), source


def _four(values: Sequence[bytes | str | None], user: UUID | None) -> Four:
    numbers = [int(value or 0) for value in values]
    keys = [(user or COMMUNITY, s) for s in (REGULAR, AUTO)] + [
        (COMMUNITY, s) for s in (REGULAR, AUTO)
    ]
    return four(dict(zip(keys, numbers, strict=True)), user)
