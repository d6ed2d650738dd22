"""The broker's address as the Redis client takes it."""

import pytest
from redis import Redis

from genonaut.broker import redis_client_url


@pytest.mark.parametrize(
    ("celery", "client"),
    [
        ("redis://broker.example/0", "redis://broker.example/0"),
        ("rediss://:hidden@broker.example:6380/1", "rediss://:hidden@broker.example:6380/1"),
        (
            "rediss://broker.example?ssl_cert_reqs=CERT_REQUIRED&visibility_timeout=9",
            "rediss://broker.example?ssl_cert_reqs=required",
        ),
        ("redis+socket:///run/broker.sock", "unix:///run/broker.sock"),
        (
            "redis+socket:///run/broker.sock?virtual_host=2&password=hidden",
            "unix:///run/broker.sock?password=hidden",
        ),
    ],
)
def test_celerys_spelling_becomes_the_clients(celery: str, client: str) -> None:
    assert redis_client_url(celery) == client
    Redis.from_url(client).close()
