"""The doctor on broken set-ups: one thing is wrong in each, and it says which and what to do."""

import json
import re
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
import structlog

from genonaut.cli import main
from genonaut.running.doctor import machine
from tests.support.ports import free_port
from tests.support.processes import genonaut
from tests.system.test_start_failures import by_parts, by_url, change_base

GONE = "/nowhere/pictures"
HOME_OF_A_FILE = {"GENONAUT_HOME": "{tmp}/file"}
Doctor = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def doctor(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Iterator[Doctor]:
    """Runs the command within this process: the exit code, and what it found."""
    monkeypatch.setenv("GENONAUT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "none"))
    monkeypatch.setenv("AUTH_MODE", "accounts")
    taken = socket.create_server(("127.0.0.1", 0))
    for name in ("API_PORT", "FLOWER_PORT"):
        monkeypatch.setenv(name, str(free_port()))

    def run(**variables: str) -> tuple[int, dict[str, Any]]:
        for name, value in variables.items():
            monkeypatch.setenv(name, value.format(tmp=tmp_path, taken=taken.getsockname()[1]))
        capsys.readouterr()
        code = 0
        try:
            main(["doctor", "--env", "test", "--json"])
        except SystemExit as ended:
            code = int(ended.code or 0)
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return code, found

    with taken:
        yield run
    structlog.reset_defaults()  # the command has silenced all that is logged


def bad(found: dict[str, Any]) -> dict[str, str]:
    return {one["what"]: one["detail"] for one in found["findings"] if not one["ok"]}


# What is broken without a server: by variables, and what the doctor must name and advise.
SIMPLE: dict[str, tuple[dict[str, str], str, str]] = {
    "a setting that is wrong": ({"API_PORT": "70000"}, "settings", "from API_PORT"),
    "a home that is a file": (HOME_OF_A_FILE, "home", "set GENONAUT_HOME to one"),
    "a library below a file": (
        {"GENONAUT_LIBRARY_FOLDER": "{tmp}/file/pictures"},
        "library",
        "set GENONAUT_LIBRARY_FOLDER to one",
    ),
    "images that are not mounted": (
        {"GENONAUT_GALLERY_IMAGES_FOLDER": GONE},
        "images",
        "mount it",
    ),
    "a port that is taken": (
        {"API_PORT": "{taken}"},
        "port of api",
        "stop it, or choose another port with API_PORT=",
    ),
    "an address of another machine": (
        {"API_HOST": "192.0.2.1"},
        "port of api",
        "correct API_PORT, or the address",
    ),
    "an open door": (
        {"API_HOST": "0.0.0.0", "AUTH_MODE": "open"},  # noqa: S104
        "doors",
        "Set AUTH_MODE=accounts",
    ),
    "a PostgreSQL that is not there": (
        {"GENONAUT_POSTGRES_BIN": "/nowhere"},
        "postgresql",
        "correct GENONAUT_POSTGRES_BIN",
    ),
    "a database that does not answer": (
        {"DB_HOST": "127.0.0.1", "DB_PORT": str(free_port())},
        "database",
        "start it, or correct DB_HOST",
    ),
    "a broker that does not answer": (
        {"REDIS_URL": f"redis://:hunter2@127.0.0.1:{free_port()}/0"},
        "broker",
        "start it, or correct REDIS_URL",
    ),
}


@pytest.mark.parametrize(("variables", "what", "advice"), SIMPLE.values(), ids=SIMPLE)
def test_what_is_broken_is_named_with_what_to_do(
    variables: dict[str, str], what: str, advice: str, doctor: Doctor, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    code, found = doctor(**variables)
    home = "GENONAUT_HOME" in variables  # what is in it is not there either
    assert (code, found["ok"]) == (1, False)
    assert what in bad(found)
    assert home or len(bad(found)) == 1, bad(found)
    assert advice in bad(found)[what]
    assert "hunter2" not in json.dumps(found)
    assert [each.name for each in tmp_path.iterdir()] == ["file"], "it changes nothing"


def test_nothing_is_wrong_before_the_first_start(doctor: Doctor, tmp_path: Path) -> None:
    code, found = doctor()
    assert (code, bad(found)) == (0, {})
    assert list(tmp_path.iterdir()) == []
    [server] = [one["detail"] for one in found["findings"] if one["what"] == "postgresql"]
    assert re.fullmatch(r"PostgreSQL 18\.\d+ is in /.*bin \(.*\)\.", server)


def test_data_without_its_version_is_damaged(doctor: Doctor, tmp_path: Path) -> None:
    data = tmp_path / "home" / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "base").touch()
    _, found = doctor()
    assert list(bad(found)) == ["database"]
    assert "restore it from a backup" in bad(found)["database"]


def test_a_clock_that_is_behind(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "time", SimpleNamespace(time=lambda: 1e9))
    _, found = doctor()
    assert list(bad(found)) == ["clock"]
    assert "2001-09-09" in bad(found)["clock"]
    assert "set the clock" in bad(found)["clock"]


def test_a_disk_that_is_nearly_full(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1 << 28))
    _, found = doctor()
    assert list(bad(found)) == ["disk", "disk of library"]
    assert "Only 0.2 GiB are free" in bad(found)["disk"]
    assert "free some" in bad(found)["disk"]


def test_a_watched_folder_that_is_away(doctor: Doctor, tmp_path: Path) -> None:
    config = change_base(tmp_path, "library", {"watch": [{"folder": GONE}]})
    _, found = doctor(GENONAUT_CONFIG_DIR=config)
    assert list(bad(found)) == ["watch"]
    assert "library.watch" in bad(found)["watch"]


@pytest.mark.parametrize(
    ("variables", "what", "advice"),
    [
        (
            {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "latin1"},
            "encoding",
            "set PYTHONUTF8=1",
        ),
        ({"LC_ALL": "xx_YY.UTF-8", "PYTHONUTF8": "1"}, "locale", "set LANG=C.UTF-8"),
    ],
)
def test_what_the_terminal_is_wrong_about(
    variables: dict[str, str], what: str, advice: str, new_home: Path
) -> None:
    ended = genonaut(new_home, "doctor", **variables)
    assert (ended.returncode, ended.stderr) == (1, "")
    lines = [line for line in ended.stdout.splitlines() if line.startswith("BAD ")]
    assert [line.split()[1] for line in lines] == [what]
    assert advice in lines[0]
    assert ended.stdout.endswith("1 problem found.\n")
    assert list(new_home.iterdir()) == []


# With a server that the settings name


def connection(server: dict[str, Any]) -> psycopg.Connection[Any]:
    return psycopg.connect(**server, dbname="genonaut_test", autocommit=True)


@contextmanager
def without_right_to_fold(server: dict[str, Any]) -> Iterator[None]:
    with connection(server) as owner:
        roles = "genonaut, genonaut_counting"  # the owner is a member of the other
        owner.execute(f"REVOKE DELETE ON gen_source_deltas FROM {roles}")
        try:
            yield
        finally:
            owner.execute(f"GRANT DELETE ON gen_source_deltas TO {roles}")


@contextmanager
def root_that_is_away(server: dict[str, Any]) -> Iterator[None]:
    with connection(server) as owner:
        owner.execute("INSERT INTO library_roots (name, path) VALUES ('nas', %s)", [GONE])
        try:
            yield
        finally:
            owner.execute("DELETE FROM library_roots WHERE name = 'nas'")


@contextmanager
def as_it_is(_server: dict[str, Any]) -> Iterator[None]:
    yield


SERVERS: dict[str, tuple[Any, dict[str, str], str, str]] = {
    "a wrong password": (as_it_is, {"password": "Geheim"}, "database", "correct DB_USER and"),
    "a schema of the past": (
        as_it_is,
        {"name": "of_the_past"},
        "database",
        "run `genonaut db upgrade`",
    ),
    "another encoding": (as_it_is, {"name": "encoded_in_latin1"}, "database", "--encoding=UTF8"),
    "a role that may not fold": (
        without_right_to_fold,
        {},
        "roles",
        "run `genonaut db roles --apply`",
    ),
    "more connections than the server has": (
        as_it_is,
        {"API_PROCESSES": "20"},
        "connections",
        "raise max_connections there by",
    ),
    "a root that is away": (
        root_that_is_away,
        {},
        "roots",
        "`genonaut library move-root nas PATH`",
    ),
}


@pytest.mark.parametrize(("broken", "changes", "what", "advice"), SERVERS.values(), ids=SERVERS)
def test_what_is_broken_in_a_database_is_named_with_what_to_do(
    broken: Any,
    changes: dict[str, str],
    what: str,
    advice: str,
    doctor: Doctor,
    real_server: dict[str, Any],
) -> None:
    ours = {name: value for name, value in changes.items() if name.isupper()}
    parts = {name: value for name, value in changes.items() if name not in ours}
    named = by_parts(real_server, **{"name": "genonaut_test"} | parts)
    with broken(real_server):
        code, found = doctor(**named, **ours)
    assert (code, list(bad(found))) == (1, [what]), bad(found)
    assert advice in bad(found)[what]
    assert real_server["password"] not in json.dumps(found)


def test_a_database_in_order_is_described(doctor: Doctor, real_server: dict[str, Any]) -> None:
    code, found = doctor(**by_url(real_server))
    assert (code, bad(found)) == (0, {})
    told = {one["what"]: one["detail"] for one in found["findings"]}
    assert told["database"].startswith("genonaut_test, on PostgreSQL ")
    assert {"schema", "clocks", "roots", "roles", "broker"} < told.keys()
    assert told["connections"] == (
        "1 API process and a worker may open 17 of the server's 97 connections."
    )


def test_a_database_whose_clock_differs(
    doctor: Doctor, real_server: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    servers = sys.modules["genonaut.running.doctor.servers"]
    monkeypatch.setattr(servers, "time", SimpleNamespace(time=lambda: 2e9))
    _, found = doctor(**by_url(real_server))
    assert list(bad(found)) == ["clocks"]
    assert "set both by NTP" in bad(found)["clocks"]
