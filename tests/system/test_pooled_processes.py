"""Two API processes behind PgBouncer in transaction mode: a thousand requests, each right."""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import httpx
import psycopg
import pytest
from sqlalchemy import URL

from tests.support import http
from tests.support.pooler import libpq_arguments, named_server, pooler
from tests.support.processes import serving
from tests.support.waiting import PATIENCE_SECONDS, wait_until
from tests.system.test_processes import all_run, counted

STATS = "/api/v1/content/stats/unified"
PAGE = "/api/v1/content/unified"
CLIENTS = 8
REQUESTS = 1000


@pytest.fixture
def server_behind(run_folder: Path) -> Iterator[URL]:
    with named_server(run_folder) as url:
        yield url


def requests_of(client: httpx.Client, number: int) -> Iterator[int]:
    """One request after another; each of them is checked, and yields 1."""
    made = client.post("/api/v1/users", json={"username": f"client {number}"})
    assert made.status_code == 201, made.text
    user = made.json()["id"]
    yield 1
    for done in range(1, REQUESTS):
        body = {"title": f"t {done}", "prompt": "p", "content_data": "d", "creator_id": user}
        made = client.post("/api/v1/content", json=body | {"tags": ["sea", f"of {number}"]})
        assert made.status_code == 201, made.text
        [item] = made.json()["items"]
        yield 1
        counts = client.get(STATS, params={"user_id": user}).json()
        assert (counts["user_regular_count"], counts["exact"]) == (done, True)
        yield 1
        asked = {"user_id": user, "content_source_types": "user-regular", "page_size": 1}
        listed = client.get(PAGE, params=asked).json()
        assert listed["pagination"]["total_count"] == done
        assert [item["id"] for item in listed["items"]] == [item["id"]], "the newest"
        yield 1
        found = client.get(f"/api/v1/content/{item['id']}")
        assert found.json()["title"] == f"t {done}"
        yield 1


@pytest.mark.long
def test_a_thousand_requests_are_right_and_one_that_takes_too_long_is_a_504(
    ready_home: Path, server_behind: URL
) -> None:
    with pooler(server_behind, "transaction", sessions=4) as url:
        variables = {
            "DATABASE_URL": url.render_as_string(hide_password=False),
            "DB_POOLER": "transaction",
            "API_STATEMENT_TIMEOUT_SECONDS": "8",
        }
        with serving(ready_home, "api", "--processes", "2", **variables) as (command, where):
            wait_until(lambda: all_run(where, 2), "both of them run")

            def ask(number: int) -> int:
                with httpx.Client(base_url=where, timeout=PATIENCE_SECONDS) as client:
                    return sum(islice(requests_of(client, number), REQUESTS // CLIENTS))

            with ThreadPoolExecutor(CLIENTS) as threads:
                assert sum(threads.map(ask, range(CLIENTS))) == REQUESTS
            assert counted(where, "/api/v1/content") > 0
            with psycopg.connect(**libpq_arguments(server_behind)) as direct:
                direct.execute("LOCK gen_source_stats IN ACCESS EXCLUSIVE MODE")
                answer = http.get(where + STATS)
                assert (answer.status_code, answer.json()["error"]) == (504, "database_timeout")
            assert http.get(where + STATS).status_code == 200
            assert command.end(signal.SIGTERM) == 0
            assert "Traceback" not in command.stderr.read_text()
