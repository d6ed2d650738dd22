"""Where tasks are queued: a broker that the settings name, or else our own embedded Valkey."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl, urlencode, urlsplit

from genonaut.config import Settings
from genonaut.embedded.lease import Lease
from genonaut.embedded.valkey import socket_path


def is_embedded(settings: Settings) -> bool:
    """Whether no broker is named, so that we run one ourselves."""
    return settings.celery.broker_url is None and settings.redis.url is None


def broker_url(settings: Settings) -> str:
    """The broker's address, as Celery spells it. May hold a password."""
    named = settings.celery.broker_url or settings.redis.url
    return named.get_secret_value() if named else f"redis+socket://{socket_path(settings.home)}"


def result_backend(settings: Settings) -> str:
    """Where results are kept: beside the queue if that is Redis, else sent back by message."""
    named = settings.celery.result_backend or settings.redis.url
    if named:
        return named.get_secret_value()
    broker = broker_url(settings)
    return broker if broker.startswith(("redis", "unix")) else "rpc://"


def redbeat_url(settings: Settings) -> str:
    """The same for RedBeat, which spells a socket's address in its own way."""
    return broker_url(settings).replace("redis+socket://", "unix://", 1)


def redis_client_url(url: str) -> str:
    """Celery's spelling in that of the Redis client, which does not know Celery's own options."""
    parts = urlsplit(url.replace("redis+socket://", "unix://", 1))
    options = {
        name: value.removeprefix("CERT_").lower() if name == "ssl_cert_reqs" else value
        for name, value in parse_qsl(parts.query)
        if name.startswith("ssl_") or name == "password"
    }
    return parts._replace(query=urlencode(options)).geturl()


@contextmanager
def running_broker(settings: Settings) -> Iterator[None]:
    """Keeps the embedded broker running, if it is ours to run.

    Raises:
        ServerStartError: it does not start.
    """
    if not is_embedded(settings):
        yield
        return
    with Lease(settings.home, "valkey"):
        yield
