"""`genonaut up` in a terminal: its options, what it says when it is ready, and at the end."""

import os
import signal
from contextlib import closing
from pathlib import Path

import pytest

from tests.support import http
from tests.support.ports import free_port
from tests.support.processes import Running, genonaut, opened, running, serving
from tests.support.waiting import wait_until
from tests.system.test_serving import taken
from tests.system.test_start_failures import change_base, only_line
from tests.system.test_worker import parts

BROWSER = '#!/bin/sh\necho "$1" > "$0.opened"\n'


def row(command: Running, heading: str) -> str:
    """What stands behind a heading of the lines that say that it is ready."""
    return command.wait_for(f"  {heading} ").removeprefix(f"  {heading}").strip()


def test_its_options_are_what_they_say(ready_home: Path, tmp_path: Path) -> None:
    browser = tmp_path / "xdg-open"
    browser.write_text(BROWSER)
    browser.chmod(0o755)
    port, elsewhere = free_port(), tmp_path / "not used"
    options = ["--home", str(ready_home), "--port", str(port), "--host", "127.0.0.2"]
    flags = ["--no-flower", "--empty", "--open", "--env", "demo"]
    search = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    variables = {"GENONAUT_HOME": str(elsewhere), "DB_NAME": "genonaut_test", "PATH": search}
    with running(ready_home, "up", *options, *flags, **variables) as command:
        line = command.wait_for("Genonaut is ready at")
        where = f"http://127.0.0.2:{port}"
        assert line == f"Genonaut is ready at {where} (demo). Ctrl-C stops it."
        assert row(command, "Stop") == "Ctrl-C; the data stays"
        assert row(command, "Gallery") == where
        assert http.get(row(command, "API")).status_code == 200
        assert row(command, "Data") == str(ready_home)
        add = row(command, "Add pictures")
        assert add.endswith(f"genonaut --home {ready_home} import FOLDER"), "it is the demo's now"
        opened_address = browser.with_name("xdg-open.opened")
        wait_until(opened_address.exists, "the browser is opened")
        assert opened_address.read_text().strip() == where
        wait_until(lambda: parts(ready_home, "worker"), "the other parts run")
        assert not parts(ready_home, "flower")
        assert (
            http.get(f"{where}/api/v1/content/stats/unified").json()["community_regular_count"] == 0
        ), "no demo data"
        assert command.end(signal.SIGINT) == 0
        printed = command.stdout.read_text()
        assert printed.endswith(f"Stopped; your data stays in {ready_home}.\n")
        assert "Flower" not in printed
        assert "Warm shutdown" not in printed
        assert command.stderr.read_text() == "", "no warnings, and no request that went well"
    assert not elsewhere.exists()
    with opened(ready_home) as database:
        assert database.is_embedded, "it is the same data"


@pytest.mark.long
def test_flower_moves_on_and_is_named_where_it_is(ready_home: Path) -> None:
    with closing(taken()) as other:
        port = other.getsockname()[1]
        config = change_base(ready_home, "flower", {"port": port})
        variables = {"GENONAUT_CONFIG_DIR": config, "FLOWER_PORT": ""}
        with serving(ready_home, **variables) as (command, _):
            used = int(row(command, "Flower").partition(",")[0].rpartition(":")[2])
            assert port < used < port + 20
            assert not parts(ready_home, "flower"), "it is started by its first client"
            tasks = http.get(f"http://127.0.0.1:{used}/tasks")
            assert (tasks.status_code, len(parts(ready_home, "flower"))) == (200, 1)
            assert command.end(signal.SIGTERM) == 0
            assert "Inspect method" not in command.stderr.read_text()
            assert "process died" not in command.stderr.read_text()


def test_flowers_own_port_that_is_taken_is_refused_before_anything_starts(
    ready_home: Path,
) -> None:
    with closing(taken()) as other:
        port = str(other.getsockname()[1])
        refused = genonaut(ready_home, "up", API_PORT=str(free_port()), FLOWER_PORT=port)
    assert (refused.returncode, refused.stdout) == (6, "")
    assert f"FLOWER_PORT={int(port) + 1}" in only_line(refused.stderr)
