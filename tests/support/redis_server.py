"""Debian's Redis as a broker that the settings name."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.support.ports import free_port
from tests.support.waiting import wait_until


@contextmanager
def redis_server() -> Iterator[str]:
    """Its address, once it answers."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("NO redis-server ON THIS MACHINE (apt-get install redis-server)")
    port = str(free_port())
    options = ["--port", port, "--bind", "127.0.0.1", "--save", ""]
    url = f"redis://127.0.0.1:{port}/0"
    with subprocess.Popen([program, *options], stdout=subprocess.DEVNULL) as process:
        try:
            with Redis.from_url(url) as client:
                wait_until(lambda: _answers(client), "Redis answers")
            yield url
        finally:
            process.terminate()


def _answers(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except RedisError:
        return False
