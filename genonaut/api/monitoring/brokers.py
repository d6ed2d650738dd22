"""Asking a broker that the settings name whether it works."""

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoPermissionError, ReadOnlyError, RedisError

from genonaut.api.monitoring.probes import Probe
from genonaut.broker import redis_client_url

REDIS = {"redis", "rediss", "unix", "redis+socket"}
AMQP_PORTS = {"amqps": 5671}


def broker_probe(url: str) -> Probe[None]:
    """Asks a broker for a sign of life. `url` is Celery's; of several, one answer is enough."""
    addresses = url.split(";")

    async def ask() -> None:
        for address in addresses[:-1]:
            try:
                return await _ask_broker(address)
            except OSError:
                continue
        return await _ask_broker(addresses[-1])

    return Probe("broker", ask)


async def _ask_broker(url: str) -> None:
    parts = urlsplit(url)
    try:
        if parts.scheme in REDIS:
            await _ping(redis_client_url(url))
        elif parts.hostname:
            await _connect(parts.hostname, parts.port or AMQP_PORTS.get(parts.scheme, 5672))
    except RedisError as error:
        raise ConnectionError(repr(error)) from error
    except ValueError:
        # Without the cause, which may quote a part of the password.
        raise OSError("the address is not valid") from None


async def _ping(url: str) -> None:
    async with Redis.from_url(url, protocol=2, retry=Retry(NoBackoff(), 0)) as client:
        await client.ping()
        with suppress(NoPermissionError):  # an ACL may allow tasks and not this
            role = await client.role()
            if role[0] == b"slave":
                raise ReadOnlyError("it is a replica, which takes no tasks")


async def _connect(host: str, port: int) -> None:
    _, writer = await asyncio.open_connection(host, port)
    writer.close()
