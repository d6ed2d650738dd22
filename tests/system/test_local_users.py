"""What another account of the machine can do that knows every path, port and process: nothing."""

import json
import os
import subprocess
from pathlib import Path

import httpx
import pytest
import redis

from genonaut.embedded.lease import Lease
from genonaut.embedded.valkey import socket_path
from tests.support.processes import (
    command_line,
    connect,
    genonaut,
    ports_of,
    processes_of,
    serving,
    succeed,
)
from tests.support.servers import copy_server
from tests.support.waiting import PATIENCE_SECONDS, wait_until
from tests.system.conftest import needs_root

pytestmark = needs_root

# Run as the other account. Its input names what there is, and it prints what it could do with it.
INTRUDER = """
import fcntl, json, os, signal, socket, sys

def attempt(what, action, *arguments):
    try:
        if action(*arguments) != b"":
            done.append(f"{what} {arguments[0]}")
    except OSError:
        pass

def lock(path):
    fcntl.flock(os.open(path, os.O_RDONLY), fcntl.LOCK_SH | fcntl.LOCK_NB)

def speak(path):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)

known, done = json.load(sys.stdin), []
for path in known["paths"]:
    attempt("read", lambda path: open(path, "rb").read(1), path)
    attempt("listed", os.listdir, path)
    attempt("written", lambda path: open(path, "ab").close(), path)
    attempt("created", lambda path: open(f"{path}/mine", "x").close(), path)
    attempt("opened to others", os.chmod, path, 0o777)
    attempt("renamed", os.rename, path, f"{path}.away")
    attempt("deleted", os.unlink, path)
    attempt("locked", lock, path)
    attempt("connected to", speak, path)
for process in known["processes"]:
    attempt("stopped", os.kill, process, 0)
    for name in ("environ", "mem", "maps"):
        attempt("read", lambda path: open(path, "rb").read(1), f"/proc/{process}/{name}")
    for name in ("cwd", "exe", "fd/0"):
        attempt("followed", os.readlink, f"/proc/{process}/{name}")
print(json.dumps(done))
"""


def everything_below(home: Path) -> list[str]:
    # But for the files into which the test itself has the command print.
    return [
        str(path)
        for path in [home, *home.rglob("*")]
        if not path.name.startswith(("stdout-", "stderr-"))
    ]


def break_in(python: list[str], home: Path) -> list[str]:
    known = {"paths": everything_below(home), "processes": processes_of(home)}
    done = subprocess.run(
        [*python, "-c", INTRUDER],
        input=json.dumps(known),
        user="nobody",
        group="nogroup",
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[str] = json.loads(done.stdout)
    return found


WRITE = """
    INSERT INTO content_items (title, content_data, prompt, creator_id)
    SELECT 't', 'd', 'p', id FROM users"""


def wait_for_all_parts(home: Path, url: str) -> None:
    """Until beat has asked a worker, by the broker, to fold what is written here."""
    with connect(home, "genonaut_test") as connection:
        connection.execute("INSERT INTO users (username) VALUES ('ada')")
        connection.execute(WRITE)

        def folded() -> bool:
            found = connection.execute("SELECT FROM gen_source_deltas")
            return found.rowcount == 0

        wait_until(folded, "the worker folded")
    wait_until(lambda: list(home.glob("beat-*")), "beat has its file")
    assert httpx.get(url + "/health/ready", timeout=PATIENCE_SECONDS).json()["degraded"] == []


def test_it_can_read_nothing_speak_to_no_server_and_stop_no_process(
    ready_home: Path, nobodys_python: list[str]
) -> None:
    with serving(ready_home, FLOWER_BASIC_AUTH="ada:open-sesame") as (command, url):
        wait_for_all_parts(ready_home, url)
        assert len(everything_below(ready_home)) > 900, "all of the cluster's files, and more"
        assert len(processes_of(ready_home)) > 12
        assert break_in(nobodys_python, ready_home) == []
        # Two are for browsers, and no server of ours is at any port.
        flower = int(environment_of(command.process.pid)["FLOWER_PORT"])
        httpx.get(f"http://127.0.0.1:{flower}", timeout=PATIENCE_SECONDS)  # it starts now
        assert all_ports(ready_home) == {httpx.URL(url).port, flower}
        # What `ps` shows.
        password = (ready_home / "postgres" / "pgpass").read_text().rpartition(":")[2].strip()
        shown = [" ".join(command_line(process)) for process in processes_of(ready_home)]
        assert any("flower" in line for line in shown)
        assert not [line for line in shown if password in line or "open-sesame" in line]
        assert (
            httpx.get(url + "/health/ready", timeout=PATIENCE_SECONDS).status_code == httpx.codes.OK
        )
    # What is left when all has ended is just as closed.
    assert break_in(nobodys_python, ready_home) == []


def test_the_intruder_finds_what_is_open(new_home: Path, nobodys_python: list[str]) -> None:
    (new_home / "server.log").write_text("a statement")
    (new_home / "open").mkdir(mode=0o755)
    (new_home / "open").chmod(0o777)
    assert set(break_in(nobodys_python, new_home)) == {
        *(f"{what} {new_home}/open" for what in ("listed", "created", "locked")),
        *(f"{what} {new_home}/server.log" for what in ("read", "locked")),
    }


def all_ports(home: Path) -> set[int]:
    return set().union(*(ports_of(process) for process in processes_of(home)))


def environment_of(process: int) -> dict[str, str]:
    lines = Path(f"/proc/{process}/environ").read_text().split("\0")
    return dict(line.split("=", 1) for line in lines if "=" in line)


@pytest.mark.long
def test_what_users_write_does_not_reach_the_log(ready_home: Path) -> None:
    log = ready_home / "postgres" / "server.log"
    log.touch()
    log.chmod(0o644)  # as an older version left it
    with serving(ready_home, "api") as (_, _), connect(ready_home, "genonaut_test") as connection:
        for statement in (
            "INSERT INTO users (username) VALUES ('open-sesame'), ('open-sesame')",
            "ALTER ROLE nobody_like_that PASSWORD 'open-sesame'",
        ):
            with pytest.raises(Exception, match=r"open-sesame|does not exist"):
                connection.execute(statement)
    assert "duplicate key" in log.read_text()
    assert "open-sesame" not in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_another_account_put_there_first_is_refused(new_home: Path) -> None:
    new_home.chmod(0o1777)
    squatted = new_home / "postgres"
    squatted.mkdir()
    os.chown(squatted, 65534, 65534)
    done = genonaut(new_home, "db", "url")
    assert (done.returncode, done.stdout) == (5, "")
    assert done.stderr == (
        f"genonaut: {squatted} belongs to another account: remove it, or set GENONAUT_HOME to a "
        "folder that you own.\n"
    )


def deep(prepared: Path, new_home: Path, name: str = "deep-" * 20) -> Path:
    home = new_home / name / "home"
    home.parent.mkdir(mode=0o711)
    copy_server(prepared, home)
    return home


@pytest.mark.sampled(1)
@pytest.mark.parametrize("name", ["deep-" * 20, "with, comma"])
def test_a_deep_home_needs_no_folder_elsewhere(prepared: Path, new_home: Path, name: str) -> None:
    home = deep(prepared, new_home, name)
    nowhere = {"TMPDIR": str(new_home / "nowhere")}
    with Lease(home, "valkey"), redis.Redis(unix_socket_path=str(socket_path(home))) as client:
        assert client.ping()
    assert succeed(home, "db", "psql", "--", "-Atc", "SELECT 6 * 7", **nowhere) == "42\n"
    done = genonaut(home, "db", "url", **nowhere)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is too long for a socket" in done.stderr


@pytest.mark.long
def test_all_parts_work_in_a_deep_home(prepared: Path, new_home: Path) -> None:
    home = deep(prepared, new_home)
    with serving(home) as (_, url):
        wait_for_all_parts(home, url)
