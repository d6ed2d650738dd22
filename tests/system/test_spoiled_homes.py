"""Homes in which something is missing, damaged or left over: what is kept, healed or refused."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import redis

from genonaut.embedded.account import server_account
from genonaut.embedded.cluster import Programs
from genonaut.embedded.folder import HERE
from genonaut.embedded.installations import installation
from genonaut.embedded.lease import Lease
from genonaut.errors import ServerStartError
from tests.support.processes import (
    all_processes,
    command_line,
    connect,
    genonaut,
    postmaster,
    serving,
)
from tests.support.servers import NamedServer
from tests.support.waiting import PATIENCE_SECONDS, wait_until

STATS = "/api/v1/content/stats/unified"


@pytest.fixture
def home_of_ada(ready_home: Path) -> Path:
    """A home with one user."""
    with Lease(ready_home, "postgres"), connect(ready_home, "genonaut_test") as connection:
        connection.execute("INSERT INTO users (username) VALUES ('ada')")
    return ready_home


def users(home: Path) -> list[str]:
    """Those that a command finds in a home: it starts the server, or uses the one that runs."""
    with Lease(home, "postgres"), connect(home, "genonaut_test") as connection:
        return [name for (name,) in connection.execute("SELECT username FROM users")]


def refusal(home: Path) -> str:
    """The sentence of a command that cannot start the server."""
    with pytest.raises(ServerStartError) as refused, Lease(home, "postgres"):
        pass
    sentence = str(refused.value)
    assert "\n" not in sentence
    assert "Traceback" not in sentence
    return sentence


# Data that is not there


def away(data: Path) -> None:
    data.rename(data.with_name("elsewhere"))


def not_mounted(data: Path) -> None:
    away(data)
    data.mkdir(mode=0o700)


def link_to_nowhere(data: Path) -> None:
    away(data)
    data.symlink_to("/nowhere")


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("lose", "sign"),
    [
        (away, "endpoint.json"),
        (not_mounted, "endpoint.json"),
        (link_to_nowhere, "endpoint.json"),
        (away, "password"),
    ],
)
def test_data_that_is_away_is_not_replaced_and_is_found_when_it_is_back(
    home_of_ada: Path, lose: Callable[[Path], None], sign: str
) -> None:
    folder = home_of_ada / "postgres"
    lose(folder / "data")
    if sign != "endpoint.json":
        (folder / "endpoint.json").rename(folder / sign)
    before = {path.name: path.stat().st_mtime_ns for path in folder.glob("p*")}
    assert "put" in refusal(home_of_ada)
    assert {path.name: path.stat().st_mtime_ns for path in folder.glob("p*")} == before
    if (folder / "data").is_symlink():
        (folder / "data").unlink()
    elif (folder / "data").exists():
        (folder / "data").rmdir()
    (folder / "elsewhere").rename(folder / "data")
    assert users(home_of_ada) == ["ada"]


def test_a_command_ends_with_5_and_shows_no_empty_gallery(home_of_ada: Path) -> None:
    away(home_of_ada / "postgres" / "data")
    done = genonaut(home_of_ada, "stats", "show")
    assert (done.returncode, done.stdout) == (5, "")
    assert done.stderr.startswith(f"genonaut: The data that belongs in {home_of_ada}/postgres/data")
    assert done.stderr.count("\n") == 1


def test_the_sentence_says_how_to_start_from_nothing(home_of_ada: Path) -> None:
    away(home_of_ada / "postgres" / "data")
    command = refusal(home_of_ada).partition("run `")[2].partition("`")[0]
    assert command == f"rm {home_of_ada}/postgres/endpoint.json"
    subprocess.run(command.split(), check=True)
    with Lease(home_of_ada, "postgres"), connect(home_of_ada) as connection:
        names = connection.execute("SELECT datname FROM pg_database").fetchall()
    assert ("genonaut_test",) not in names


def test_what_is_no_cluster_is_refused_and_left_alone(home_of_ada: Path) -> None:
    data = home_of_ada / "postgres" / "data"
    (data / "PG_VERSION").unlink()
    assert refusal(home_of_ada).startswith(f"{data} is not a PostgreSQL cluster, because")
    assert (data / "global" / "pg_control").exists()


@pytest.mark.sampled(1)
@pytest.mark.parametrize("version", ["", "not a number\n"])
def test_a_version_that_makes_no_sense_is_refused(home_of_ada: Path, version: str) -> None:
    (home_of_ada / "postgres" / "data" / "PG_VERSION").write_text(version)
    assert " was created by PostgreSQL " in refusal(home_of_ada)


@pytest.mark.long
def test_data_of_a_development_version_is_refused_and_left_alone(new_home: Path) -> None:
    with Lease(new_home, "postgres"):
        pass
    folder = new_home / "postgres"
    shutil.rmtree(folder / "data")
    create_as_before(folder / "data")
    before = {path.name for path in (folder / "data").iterdir()}
    assert refusal(new_home).startswith("The data was created by a development version")
    assert {path.name for path in (folder / "data").iterdir()} >= before


def create_as_before(data: Path) -> None:
    """A cluster whose superuser is the application's role."""
    account = server_account(data)
    programs = Programs(installation(account), account)
    data.mkdir(mode=0o700)
    if account:
        os.chown(data, account.uid, account.gid)
    programs.run("initdb", f"--pgdata={HERE}", "--username=genonaut", "--no-sync", cwd=data)


# What a crash, or another program, has left over


def name_nothing(_: Path) -> str:
    return ""


def name_another_program(data: Path) -> str:
    return f"{os.getpid()}\n{data}\n"


def name_a_server_that_is_gone(data: Path) -> str:
    return f"4194300\n{data}\n1700000000\n5432\n.\n\n 12345 1\nready\n"


@pytest.mark.parametrize(
    "left_over", [name_nothing, name_another_program, name_a_server_that_is_gone]
)
def test_a_stale_process_id_does_not_keep_it_from_starting(
    home_of_ada: Path, left_over: Callable[[Path], str]
) -> None:
    data = home_of_ada / "postgres" / "data"
    for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
        (data / name).write_text(left_over(data))
        shutil.chown(data / name, data.stat().st_uid, data.stat().st_gid)
        (data / name).chmod(0o600)
    assert users(home_of_ada) == ["ada"]


def test_a_server_that_was_started_by_hand_is_left_alone(home_of_ada: Path) -> None:
    server = NamedServer(home_of_ada)
    with server.running():
        before = postmaster(home_of_ada)
        assert 'lock file "postmaster.pid" already exists' in refusal(home_of_ada)
        assert postmaster(home_of_ada) == before
        server.connect("genonaut_test").close()
    assert users(home_of_ada) == ["ada"]


# Files that a program deletes which clears away what is old


@pytest.mark.long
def test_an_api_keeps_its_server_when_the_files_around_it_are_deleted(home_of_ada: Path) -> None:
    folder = home_of_ada / "postgres"
    with serving(home_of_ada, "api") as (first, _):
        server = postmaster(home_of_ada)
        delete_files(folder)
        with serving(home_of_ada, "api") as (_, url):
            delete_files(folder)
            assert first.end(signal.SIGTERM) == 0
            delete_files(folder)
            assert users(home_of_ada) == ["ada"]
            for _ in range(3):
                assert (
                    httpx.get(url + STATS, timeout=PATIENCE_SECONDS).status_code == httpx.codes.OK
                )
            assert postmaster(home_of_ada) == server, "the server was never stopped"
            assert len(keepers(home_of_ada)) == 1


def delete_files(folder: Path) -> None:
    """All but the data; and wait until what is needed is there again."""
    files = [path for path in folder.iterdir() if path.is_file()]
    assert {"endpoint.json", "keeper.lock", "pgpass"} <= {path.name for path in files}
    for file in files:
        file.unlink()
    needed = [folder / name for name in ("endpoint.json", "keeper.lock", "pgpass")]
    wait_until(lambda: all(file.exists() for file in needed), "they are there again")


def keepers(home: Path) -> list[int]:
    words = ["-m", "genonaut.embedded.keeper", "postgres", str(home)]
    return [process for process in all_processes() if command_line(process)[-4:] == words]


@pytest.mark.long
def test_a_socket_that_is_deleted_is_there_again(home_of_ada: Path) -> None:
    with serving(home_of_ada, "api") as (_, url):
        server = postmaster(home_of_ada)
        (home_of_ada / "postgres" / "data" / ".s.PGSQL.5432").unlink()
        wait_until(lambda: postmaster_or_none(home_of_ada) not in (None, server), "a new server")
        wait_until(
            lambda: httpx.get(url + STATS, timeout=PATIENCE_SECONDS).status_code == httpx.codes.OK,
            "the API answers again",
        )


def postmaster_or_none(home: Path) -> int | None:
    try:
        return postmaster(home)
    except (OSError, IndexError, ValueError):
        return None


# Folders, links and pipes in the place of files


def folder_in_place(path: Path) -> None:
    path.mkdir()


def link_in_place(path: Path) -> None:
    (path.parent / "precious").write_text("precious")
    path.symlink_to("precious")


def pipe_in_place(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.sampled(4)
@pytest.mark.parametrize("put", [folder_in_place, link_in_place, pipe_in_place])
@pytest.mark.parametrize("name", ["server.log", "endpoint.json", "pgpass", "keeper.lock"])
def test_what_is_no_file_is_named_or_replaced(
    home_of_ada: Path, name: str, put: Callable[[Path], None]
) -> None:
    path = home_of_ada / "postgres" / name
    path.unlink()
    put(path)
    replaced = name in {"endpoint.json", "pgpass"} and put is not folder_in_place
    works = replaced or (name, put) == ("keeper.lock", pipe_in_place)
    if not works:
        assert refusal(home_of_ada).startswith(f"{path} cannot be used (")
    else:
        assert users(home_of_ada) == ["ada"]
    precious = home_of_ada / "postgres" / "precious"
    assert not precious.exists() or precious.read_text() == "precious"


# Last words


def test_the_reason_is_of_this_start_and_no_earlier_one(home_of_ada: Path) -> None:
    data = home_of_ada / "postgres" / "data"
    log = home_of_ada / "postgres" / "server.log"
    with log.open("a") as file:
        file.write("FATAL:  the reason of another start\n")
    (data / "postgresql.conf").rename(data / "away.conf")
    said = refusal(home_of_ada)
    assert f'could not access the server configuration file "{data}/postgresql.conf"' in said
    assert said.endswith(f": see {log}.")
    (data / "away.conf").rename(data / "postgresql.conf")
    (data / "global" / "pg_control").rename(data / "global" / "away")
    said = refusal(home_of_ada)
    assert "pg_control" in said
    assert "another start" not in said


# The broker


def manifest(data: Path) -> None:
    (data / "appendonlydir" / "appendonly.aof.manifest").write_text("garbage")


def append_only_file(data: Path) -> None:
    for file in data.glob("appendonlydir/*.incr.aof"):
        file.write_text("garbage\n" * 100)


def no_folder(data: Path) -> None:
    shutil.rmtree(data / "appendonlydir")
    (data / "appendonlydir").write_text("mine")


def socket_taken(data: Path) -> None:
    (data / "valkey.sock").mkdir()


def no_data_folder(data: Path) -> None:
    shutil.rmtree(data)
    data.write_text("mine")


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "spoil", [manifest, append_only_file, no_folder, socket_taken, no_data_folder]
)
def test_a_broken_broker_starts_without_its_files(
    new_home: Path, spoil: Callable[[Path], None]
) -> None:
    with Lease(new_home, "valkey") as lease:
        remember(lease)
    spoil(lease.folder.data)
    done = subprocess.run(
        [sys.executable, "-c", HOLD_BROKER, str(new_home)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "True\n"
    assert done.stderr.startswith("genonaut: The embedded broker did not start with its files")
    [aside] = lease.folder.path.glob("broken-*")
    assert str(aside) in done.stderr
    assert list(aside.iterdir())
    with Lease(new_home, "valkey"):
        pass
    assert len(list(lease.folder.path.glob("broken-*"))) == 1, "it is whole now"


HOLD_BROKER = """
import sys
from pathlib import Path
import redis
from genonaut.embedded.lease import Lease
from genonaut.errors import ServerStartError
with Lease(Path(sys.argv[1]), "valkey") as lease:
    print(redis.Redis(unix_socket_path=lease.endpoint()["socket"]).ping())
"""


def remember(lease: Lease) -> None:
    with redis.Redis(unix_socket_path=lease.endpoint()["socket"]) as client:
        client.set("remembered", "yes")


@pytest.mark.long
def test_without_a_broker_the_gallery_goes_on(ready_home: Path) -> None:
    (ready_home / "valkey").mkdir()
    (ready_home / "valkey" / "server.log").mkdir()
    with serving(ready_home) as (command, url):
        assert httpx.get(url + STATS, timeout=PATIENCE_SECONDS).status_code == httpx.codes.OK
        ready = httpx.get(url + "/health/ready", timeout=PATIENCE_SECONDS)
        assert (ready.status_code, ready.json()["degraded"]) == (200, ["broker"])
        assert "valkey/server.log cannot be used" in command.stdout.read_text()
        (ready_home / "valkey" / "server.log").rmdir()
        wait_until(
            lambda: (
                httpx.get(url + "/health/ready", timeout=PATIENCE_SECONDS).json()["degraded"] == []
            ),
            "a part has started the broker",
        )
        command.end(signal.SIGTERM)
