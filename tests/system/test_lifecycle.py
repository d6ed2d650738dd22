"""Commands that start, end and are killed: nothing is left running, and no count is ever wrong."""

import csv
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from genonaut.api.exceptions import DatabaseError
from genonaut.counting.engine import fold, refresh
from genonaut.counting.refreshing import refresh_now
from genonaut.db.session import Database
from tests.counting.recount import differences
from tests.counting.soak import Writer, shrink
from tests.system.processes import (
    CHECKOUT,
    Holder,
    Running,
    connect,
    environment,
    genonaut,
    is_gone,
    kill,
    nothing_left,
    opened,
    postmaster,
    running,
    running_up,
    succeed,
    wait_until,
)

# GENONAUT_KILLS=200 makes it a long search.
KILLS = int(os.environ.get("GENONAUT_KILLS", "12"))
STATS = "/api/v1/content/stats/unified"


# `genonaut up`


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_up_serves_until_a_signal_ends_it(ready_home: Path, number: signal.Signals) -> None:
    with running_up(ready_home) as (command, url):
        assert f"Genonaut is ready at {url} (test). Ctrl-C stops it." in command.output()
        assert httpx.get(url + STATS).json()["community_regular_count"] == 0
        assert command.end(number) == 0, "to be ended is what it is for"
    nothing_left(ready_home)
    assert not (ready_home / "postgres" / "data" / "postmaster.pid").exists(), "stopped cleanly"


@pytest.mark.slow
def test_up_that_is_killed_leaves_nothing_running_and_loses_nothing(ready_home: Path) -> None:
    with running_up(ready_home) as (command, url):
        made = httpx.post(url + "/api/v1/users", json={"username": "ada"})
        assert made.status_code == 201
        command.end(signal.SIGKILL)
    nothing_left(ready_home)
    assert succeed(ready_home, *PSQL, "SELECT username FROM users") == "ada\n"


@pytest.mark.slow
def test_a_client_that_does_not_finish_its_request_does_not_keep_it_from_ending(
    ready_home: Path,
) -> None:
    with running_api(ready_home) as (command, url), httpx.Client(base_url=url) as client:
        stalled = threading.Event()

        def body() -> Iterator[bytes]:
            yield b'{"username": '
            stalled.set()
            command.process.wait()

        with ThreadPoolExecutor(1) as pool:
            request = pool.submit(client.post, "/api/v1/users", content=body())
            stalled.wait()
            assert command.end(signal.SIGTERM) == 0
            assert isinstance(request.exception(), httpx.HTTPError)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_api_serves_until_a_signal_ends_it(ready_home: Path, number: signal.Signals) -> None:
    with running_api(ready_home) as (command, url):
        assert httpx.get(url + STATS).json()["community_regular_count"] == 0
        assert command.end(number) == 0
        assert "Traceback" not in command.stderr.read_text()
