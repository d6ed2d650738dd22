"""What serves says where, does so once, and leaves no door open that was not meant to be."""

import signal
import socket
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.support import http
from tests.support.ports import free_port
from tests.support.processes import genonaut, opened, running, serving
from tests.support.streams import STREAM
from tests.support.streams import opened as listening
from tests.support.waiting import PATIENCE_SECONDS, wait_until
from tests.system.test_start_failures import change_base, only_line
from tests.system.test_worker import parts, refreshes


def test_up_refuses_to_run_twice_and_says_where_it_runs(ready_home: Path) -> None:
    with serving(ready_home) as (command, url):
        for port in (url.rpartition(":")[2], str(free_port())):
            second = genonaut(ready_home, "up", API_PORT=port)
            assert (second.returncode, second.stdout) == (6, "")
            assert only_line(second.stderr) == (
                f"Genonaut runs already at {url} (test): use that one, or stop it first."
            )
        assert len(parts(ready_home, "worker")) == 1
        assert http.get(f"{url}/health").status_code == 200
        printed = command.stdout.read_text()
        assert printed.startswith(f"Starting the database in {ready_home} ...\n")
        assert f"genonaut --home {ready_home} import FOLDER\n" in printed
        command.end(signal.SIGKILL)
    with serving(ready_home) as (command, _):  # and one that was killed is no obstacle
        command.end(signal.SIGTERM)


def taken() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def test_flower_moves_on_from_a_port_that_is_taken(ready_home: Path) -> None:
    with closing(taken()) as other:
        port = other.getsockname()[1]
        config = change_base(ready_home, "flower", {"port": port})
        with running(ready_home, "flower", GENONAUT_CONFIG_DIR=config) as command:
            line = command.wait_for("Flower is at http://127.0.0.1:")
            used = int(line.removesuffix(".").rpartition(":")[2])
            assert port < used < port + 20
            wait_until(lambda: answers(used), "Flower answers")
            command.end(signal.SIGTERM)


@pytest.mark.long
def test_flower_keeps_to_the_port_that_it_is_given(ready_home: Path) -> None:
    with closing(taken()) as other:
        port = other.getsockname()[1]
        refused = genonaut(ready_home, "flower", FLOWER_PORT=str(port))
    assert refused.returncode == 6
    line = only_line(refused.stderr)
    assert line.startswith(f"Flower cannot listen on 127.0.0.1:{port} (")
    assert f"FLOWER_PORT={port + 1}" in line


def answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("host", "shown", "door"),
    [
        ("::", "[::]", {"AUTH_OPEN_TO_THE_NETWORK": "true"}),
        ("0.0.0.0", "0.0.0.0", {"AUTH_OPEN_TO_THE_NETWORK": "true"}),  # noqa: S104
        ("0.0.0.0", "0.0.0.0", {"AUTH_MODE": "accounts"}),  # noqa: S104
    ],
)
def test_an_open_address_with_a_login_or_that_is_accepted_is_served_and_written_as_urls_are(
    ready_home: Path, host: str, shown: str, door: dict[str, str]
) -> None:
    if ":" in host and not has_ipv6():
        pytest.skip("THIS MACHINE HAS NO IPv6")
    with serving(ready_home, "api", API_HOST=host, **door) as (command, url):
        port = url.rpartition(":")[2]
        assert url == f"http://{shown}:{port}"
        loopback = "[::1]" if ":" in host else "127.0.0.1"
        assert http.get(f"http://{loopback}:{port}/health").status_code == 200
        assert "login" not in command.stderr.read_text()
        assert command.end(signal.SIGTERM) == 0


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


# Which addresses are open, tests/unit/test_exposure.py has.
@pytest.mark.sampled(2)
@pytest.mark.parametrize(("name", "host"), [("api", "gallery.example"), ("up", "0.0.0.0")])  # noqa: S104
def test_an_open_address_is_refused_before_anything_listens(
    ready_home: Path, name: str, host: str
) -> None:
    with closing(taken()) as other:  # binding would say that the port is in use
        given = {"API_HOST": host, "API_PORT": str(other.getsockname()[1])}
        refused = genonaut(ready_home, name, AUTH_MODE="open", **given)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert only_line(refused.stderr) == (
        f"api.host (API_HOST) is {host!r}: other machines can reach that address, and there is no "
        "login, so they could change and delete everything. Set AUTH_MODE=accounts (auth.mode), "
        "listen on 127.0.0.1, behind a proxy that authenticates users, or accept this with "
        "AUTH_OPEN_TO_THE_NETWORK=true (auth.open-to-the-network)."
    )


@pytest.mark.sampled(1)
@pytest.mark.parametrize("name", ["up", "api"])
def test_with_a_login_an_open_address_is_bound(ready_home: Path, name: str) -> None:
    with closing(taken()) as other:
        given = {"API_HOST": "0.0.0.0", "API_PORT": str(other.getsockname()[1])}  # noqa: S104
        bound = genonaut(ready_home, name, AUTH_MODE="accounts", **given)
    assert (bound.returncode, bound.stdout) == (6, "")
    assert only_line(bound.stderr).startswith("Another process is listening on 0.0.0.0:")


def test_any_loopback_address_is_served(ready_home: Path) -> None:
    with serving(ready_home, "api", API_HOST="127.0.0.2") as (command, _):
        assert command.stderr.read_text() == ""
        command.end(signal.SIGTERM)


@pytest.mark.parametrize("name", ["up", "flower"])
def test_flower_without_a_password_is_refused_where_others_reach_it(
    ready_home: Path, name: str
) -> None:
    variables = {"FLOWER_HOST": "0.0.0.0", "FLOWER_PORT": str(free_port())}  # noqa: S104
    refused = genonaut(ready_home, name, **variables)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert only_line(refused.stderr) == (
        "flower.host (FLOWER_HOST) is '0.0.0.0': other machines can reach that address, and Flower "
        "has no password, so they could see workers and tasks. Set "
        "FLOWER_BASIC_AUTH=name:password, listen on 127.0.0.1, or accept this with "
        "AUTH_OPEN_TO_THE_NETWORK=true (auth.open-to-the-network)."
    )


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    "door", [{"FLOWER_BASIC_AUTH": "ada:secret"}, {"AUTH_OPEN_TO_THE_NETWORK": "true"}]
)
def test_flower_is_served_to_others_with_a_password_or_if_that_is_accepted(
    ready_home: Path, door: dict[str, str]
) -> None:
    variables = {"FLOWER_HOST": "0.0.0.0", "FLOWER_PORT": str(free_port())}  # noqa: S104
    with running(ready_home, "flower", **variables, **door) as command:
        command.wait_for("Flower is at ")
        command.end(signal.SIGTERM)


@pytest.mark.long
@pytest.mark.parametrize("scheduler", ["persistent", "redbeat"])
def test_a_worker_brings_beat_along_if_it_is_asked_to(ready_home: Path, scheduler: str) -> None:
    task = "genonaut.worker.tasks.refresh_gen_source_stats"
    often = {"often": {"enabled": True, "task": task, "schedule": {"every-seconds": 1}}}
    config = change_base(ready_home, "celery", {"beat-schedule": often, "scheduler": scheduler})
    with serving(ready_home, "api") as (api, _), opened(ready_home) as database:
        with running(ready_home, "worker", "--beat", GENONAUT_CONFIG_DIR=config) as command:
            wait_until(lambda: refreshes(database) > 1, "beat sends, and the worker refreshes")
            assert command.end(signal.SIGTERM) == 0
        assert parts(ready_home, "beat") == []
        api.end(signal.SIGTERM)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("name", ["api", "up"])
def test_an_open_stream_does_not_hold_up_the_end(ready_home: Path, name: str) -> None:
    with serving(ready_home, name) as (command, url), httpx.Client(timeout=PATIENCE_SECONDS) as one:
        with listening(one, f"{url}{STREAM}") as events:
            events.next()
            assert command.end(signal.SIGTERM) == 0
            events.rest()  # it ends as a response does, or this is an error
        said = command.stderr.read_text()
    assert "running task" not in said, "nothing was cancelled after a time"
