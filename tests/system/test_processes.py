"""Several API processes on one socket: they die, are replaced, and count as one."""

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families as parsed

from tests.support import http
from tests.support.processes import Running, genonaut, is_gone, kill, serving
from tests.support.waiting import PATIENCE_SECONDS, wait_until
from tests.system.test_start_failures import change_base, only_line
from tests.system.test_worker import parts

STATS = "/api/v1/content/stats/unified"
HEALTH = "/health"
EXTRA = {
    "beat-schedule": {
        "extra": {"enabled": True, "task": "another.task", "schedule": {"minute": 5}},
    }
}
COUNTED = "genonaut_http_requests_total"


def processes(url: str) -> dict[str, int]:
    found: dict[str, int] = http.get(url + HEALTH).json()["processes"]
    return found


def all_run(url: str, number: int) -> bool:
    return processes(url) == {"running": number, "wanted": number}


def samples(url: str, name: str) -> list[Any]:
    text = http.get(f"{url}/metrics").text
    return [found for family in parsed(text) for found in family.samples if found.name == name]


def counted(url: str, route: str = STATS) -> float:
    found = samples(url, COUNTED)
    return float(sum(one.value for one in found if one.labels["route"] == route))


@contextmanager
def asking(url: str) -> Iterator[list[object]]:
    """Clients that ask all the time: over connections that are kept, and over new ones.

    Yields the status of each response, or what happened instead.
    """
    stop, seen = threading.Event(), list[object]()

    def ask(kept: int | None) -> None:
        limits = httpx.Limits(max_keepalive_connections=kept)
        with httpx.Client(base_url=url, limits=limits, timeout=PATIENCE_SECONDS) as client:
            while not stop.is_set():
                try:
                    seen.append(client.get(STATS).status_code)
                except httpx.HTTPError as error:
                    seen.append(repr(error))

    threads = [threading.Thread(target=ask, args=(kept,)) for kept in (None, None, 0, 0)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def reload(command: Running, times: int) -> None:
    """SIGHUP, and wait until it is said for so many times to have been done."""
    command.process.send_signal(signal.SIGHUP)
    wait_until(lambda: command.stdout.read_text().count("\nReloaded: ") == times, "it is reloaded")


def test_they_share_a_socket_and_one_that_dies_is_started_again(ready_home: Path) -> None:
    with serving(ready_home, "api", "--processes", "3") as (command, url):
        wait_until(lambda: all_run(url, 3), "all of them run")
        before = set(parts(ready_home, "api"))
        for _ in range(60):
            assert http.get(url + STATS).status_code == 200
        wait_until(lambda: counted(url) == 60, "they are counted as one")
        memory = {
            found.labels["process"] for found in samples(url, "process_resident_memory_bytes")
        }
        assert memory == {"1", "2", "3"}
        kill(victim := max(before))
        wait_until(lambda: is_gone(victim), "one of them is gone")
        for _ in range(20):
            assert http.get(url + STATS).status_code == 200, "the others go on"
        wait_until(lambda: set(parts(ready_home, "api")) - before, "another one is started")
        wait_until(lambda: all_run(url, 3), "it runs")
        assert len(set(parts(ready_home, "api")) - before) == 1
        wait_until(lambda: counted(url) == 80, "what the killed one counted is kept, once")
        ages = samples(url, "genonaut_refresh_age_seconds")
        assert len({found.labels["count"] for found in ages}) == len(ages), "once for all of them"
        assert command.end(signal.SIGTERM) == 0
        assert "process died" in command.stderr.read_text()
        assert command.stdout.read_text().count("Genonaut is ready") == 1
    assert not list(ready_home.glob("api-processes-*"))


@pytest.mark.long
def test_a_reload_refuses_no_request(ready_home: Path) -> None:
    config = change_base(ready_home, "api", {"processes": 2})
    variables = {"GENONAUT_CONFIG_DIR": config}
    with serving(ready_home, "api", **variables) as (command, url):
        wait_until(lambda: all_run(url, 2), "both of them run")
        with asking(url) as seen:
            for times in (1, 2):
                old = set(parts(ready_home, "api"))
                reload(command, times)
                gone = old - {command.process.pid}
                wait_until(lambda: not gone & set(parts(ready_home, "api")), "the old ones left")  # noqa: B023
        assert set(seen) == {200}
        assert len(seen) > 10
        wait_until(lambda: counted(url) == len(seen), "all processes that there were are counted")
        assert command.end(signal.SIGTERM) == 0


@pytest.mark.long
def test_a_reload_reads_the_settings_again(ready_home: Path) -> None:
    config = change_base(ready_home, "api", {"processes": 1})
    with serving(ready_home, "api", GENONAUT_CONFIG_DIR=config) as (command, url):
        page = f"{url}/gallery"
        assert http.get(page).status_code == 200
        overlay(config, {"api": {"processes": 2, "read-only": True}})
        reload(command, 1)
        wait_until(lambda: all_run(url, 2), "there are as many as the settings want")
        refused = http.post(f"{url}/api/v1/users", json={"username": "ada"})
        assert refused.status_code == 403
        assert command.stdout.read_text().count("nothing can be changed (api.read-only") == 1
        command.end(signal.SIGTERM)


# The supervisor itself refuses the first, and the new processes the second.
SETTINGS = "api.pool-size is wrong: 'many'", {"api": {"pool-size": "many"}}
START = "celery.beat-schedule.extra.task is 'another.task'", {"lite": True, "celery": EXTRA}


@pytest.mark.long
@pytest.mark.parametrize(
    ("reason", "broken"),
    [
        pytest.param(*SETTINGS, id="settings", marks=pytest.mark.long),
        pytest.param(*START, id="start"),
    ],
)
def test_broken_settings_leave_the_old_processes_running(
    ready_home: Path, reason: str, broken: dict[str, Any]
) -> None:
    config = change_base(ready_home, "api", {"processes": 2})
    with serving(ready_home, "api", GENONAUT_CONFIG_DIR=config) as (command, url):
        wait_until(lambda: all_run(url, 2), "both of them run")
        old = parts(ready_home, "api")
        overlay(config, broken)
        command.process.send_signal(signal.SIGHUP)
        says = "Not reloaded, the API goes on with its old settings"
        wait_until(lambda: says in command.stderr.read_text(), "it says so")
        assert reason in command.stderr.read_text()
        wait_until(lambda: parts(ready_home, "api") == old, "only the old ones run")
        assert http.get(url + STATS).status_code == 200
        overlay(config, {})
        reload(command, 1)
        command.end(signal.SIGTERM)


def overlay(config: str, changed: dict[str, Any]) -> None:
    """Change settings in a folder of them."""
    file = Path(config) / "test.json"
    file.write_text(json.dumps({"db": {"name": "genonaut_test"}} | changed))


def test_the_first_one_that_cannot_start_ends_the_command(ready_home: Path) -> None:
    variables = {"DB_HOST": "127.0.0.1", "DB_PORT": "1"}
    failed = genonaut(ready_home, "api", "--processes", "3", **variables)
    assert failed.returncode == 5
    assert "cannot be reached" in only_line(failed.stderr)


@pytest.mark.long
def test_up_has_several_and_reloads_all_parts(ready_home: Path) -> None:
    with serving(ready_home, "up", "--api-processes", "2") as (command, url):
        wait_until(lambda: all_run(url, 2), "both of them run")
        [worker] = wait_until(lambda: parts(ready_home, "worker"), "the worker runs")
        with asking(url) as seen:
            reload(command, 1)
            wait_until(
                lambda: parts(ready_home, "worker") not in ([], [worker]), "there is a new worker"
            )
        assert set(seen) == {200}
        assert command.end(signal.SIGTERM) == 0
        assert "process died" not in command.stderr.read_text()
