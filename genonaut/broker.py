"""Where tasks are queued: the broker that the settings name, or else the embedded Valkey."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl, urlencode, urlsplit

from genonaut.config import Settings
from genonaut.embedded.lease import Lease
from genonaut.embedded.valkey import socket_path


def is_embedded(settings: Settings) -> bool:
    """Whether no broker is named, so that we use the embedded one."""
    return settings.celery.broker_url is None and settings.redis.url is None


def broker_url(settings: Settings) -> str:
    """The broker's address, as Celery spells it. May contain a password."""
    named = settings.celery.broker_url or settings.redis.url
    return named.get_secret_value() if named else f"redis+socket://{socket_path(settings.home)}"


def result_backend(settings: Settings) -> str:
    """Where results are kept: with the queue if that is Redis; else they are sent as messages."""
    named = settings.celery.result_backend or settings.redis.url
    if named:
        return named.get_secret_value()
    broker = broker_url(settings)
    return broker if broker.startswith(("redis", "unix")) else "rpc://"


def redbeat_url(settings: Settings) -> str:
    """The broker's address for RedBeat, which spells a socket's address differently."""
    return broker_url(settings).replace("redis+socket://", "unix://", 1)


def redis_client_url(url: str) -> str:
    """An address of Celery's as the Redis client spells it, without Celery's own options."""
    parts = urlsplit(url.replace("redis+socket://", "unix://", 1))
    options = {
        name: value.removeprefix("CERT_").lower() if name == "ssl_cert_reqs" else value
        for name, value in parse_qsl(parts.query)
        if name.startswith("ssl_") or name == "password"
    }
    address = f"{parts.scheme}://{parts.netloc}{parts.path}"  # geturl() may leave out the slashes
    return f"{address}?{urlencode(options)}" if options else address


@contextmanager
def running_broker(settings: Settings) -> Iterator[None]:
    """Keep the embedded broker running, unless the settings name another one.

    Raises:
        ServerStartError: it does not start.
    """
    if not is_embedded(settings):
        yield
        return
    with Lease(settings.home, "valkey"):
        yield
