"""What a user reads when a command cannot do its work: one line that says what to do, no more."""

import json
import re
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pytest

from genonaut.cli import main, serving
from tests.support import http
from tests.support.ports import free_port
from tests.support.processes import CHECKOUT, genonaut, running
from tests.system.conftest import OTHER_ENCODINGS

UNREACHABLE = (
    "The database server at {} cannot be reached: start it, or correct DB_HOST and DB_PORT, "
    "or DATABASE_URL ("
)
Complaint = Callable[..., str]


# A command, with where the program is and which gallery it is for: see tests/unit/test_hints.py.
COMPLETED = re.compile(r"`\S*genonaut (?:--home \S+ )?([^`]*?)(?: --env \w+)?`")

# What `up` says before the step that takes time.
PROGRESS = re.compile(r"(Creating the database \(45 MB\) in \S+ \.\.\.\n)?")


def only_line(printed: str) -> str:
    assert printed.startswith("genonaut: ")
    assert printed.count("\n") == 1, printed
    return COMPLETED.sub(r"`genonaut \1`", printed.removeprefix("genonaut: ").rstrip("\n"))


@pytest.fixture
def complaint(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Complaint:
    """Runs a command that must fail, and returns the only line that it prints."""
    monkeypatch.setattr(serving, "configure_logs", lambda _: None)  # which is for a whole process
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setenv("GENONAUT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "none"))

    def run(*arguments: str, code: int, **variables: str) -> str:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--env", "test"])
        printed = capsys.readouterr()
        assert ended.value.code == code
        assert PROGRESS.fullmatch(printed.out)
        assert not (tmp_path / "home").exists(), "nothing was started"
        return only_line(printed.err)

    return run


def by_parts(server: dict[str, Any], **changes: Any) -> dict[str, str]:
    return {f"DB_{name.upper()}": str(value) for name, value in (server | changes).items()}


def by_url(server: dict[str, Any], **changes: Any) -> dict[str, str]:
    address = server | changes
    return {
        "DATABASE_URL": "postgresql://{user}:{password}@{host}:{port}/genonaut_test".format(
            **address
        )
    }


named = pytest.mark.parametrize("name_server", [by_parts, by_url])
Named = Callable[..., dict[str, str]]


# The database


@named
@pytest.mark.parametrize("password", ["Geheim", ""])
def test_a_wrong_password(
    complaint: Complaint, real_server: dict[str, Any], name_server: Named, password: str
) -> None:
    variables = name_server(real_server, password=password)
    assert complaint("stats", "show", code=5, **variables) == (
        f"The database server at 127.0.0.1:{real_server['port']} refused the user 'genonaut': "
        "correct DB_USER and DB_PASSWORD, or DATABASE_URL."
    )


@named
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_server_that_does_not_run(
    complaint: Complaint, real_server: dict[str, Any], name_server: Named, host: str
) -> None:
    port = free_port()
    line = complaint("stats", "show", code=5, **name_server(real_server, host=host, port=port))
    assert line.startswith(UNREACHABLE.format(f"{host}:{port}"))
    assert line.endswith("failed: Connection refused).")
    assert real_server["password"] not in line


def test_a_host_that_does_not_exist(complaint: Complaint) -> None:
    line = complaint("stats", "show", code=5, DB_HOST="nowhere.invalid")
    assert line.startswith(UNREACHABLE.format("nowhere.invalid:5432"))


def test_a_socket_that_is_not_there(complaint: Complaint, tmp_path: Path) -> None:
    line = complaint("stats", "show", code=5, DB_HOST=str(tmp_path))
    assert line.startswith(UNREACHABLE.format(f"{tmp_path}:5432"))
    line = complaint("stats", "show", code=5, DATABASE_URL=f"postgresql:///x?host={tmp_path}")
    assert line.startswith(UNREACHABLE.format(f"{tmp_path}:5432"))


@contextmanager
def listening(answer: bytes | None) -> Iterator[int]:
    """The port of something that is no PostgreSQL: it answers this, or never."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        if answer is not None:
            Thread(target=_answer, args=(listener, answer)).start()
        yield listener.getsockname()[1]


def _answer(listener: socket.socket, answer: bytes) -> None:
    client, _ = listener.accept()
    with client:
        client.recv(1000)
        client.sendall(answer)


def test_something_that_is_no_database_server(complaint: Complaint) -> None:
    with listening(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        line = complaint("stats", "show", code=5, DB_HOST="127.0.0.1", DB_PORT=str(port))
    assert line.startswith(UNREACHABLE.format(f"127.0.0.1:{port}"))


def test_a_server_that_never_answers(complaint: Complaint, tmp_path: Path) -> None:
    configuration = change_base(tmp_path, "db", {"connect-timeout-seconds": 1})
    with listening(None) as port:
        line = complaint(
            "stats",
            "show",
            code=5,
            DB_HOST="127.0.0.1",
            DB_PORT=str(port),
            GENONAUT_CONFIG_DIR=configuration,
        )
    assert line.startswith(UNREACHABLE.format(f"127.0.0.1:{port}"))
    assert "timeout" in line


@named
def test_a_database_that_is_not_there(
    complaint: Complaint, real_server: dict[str, Any], name_server: Named
) -> None:
    assert complaint("stats", "show", code=5, DB_NAME="nothing", **name_server(real_server)) == (
        f"There is no database 'nothing' at 127.0.0.1:{real_server['port']}: create it with "
        "`createdb nothing`, or correct DB_NAME."
    )


@pytest.mark.parametrize("command", ["stats show", "api", "import some.csv"])
@pytest.mark.parametrize(
    ("database", "found"), [("without_schema", "no revision"), ("of_the_past", "0001_content")]
)
def test_a_schema_that_is_not_current(
    complaint: Complaint, real_server: dict[str, Any], command: str, database: str, found: str
) -> None:
    variables = by_parts(real_server, name=database) | {"API_PORT": str(free_port())}
    line = complaint(*command.split(), code=5, **variables)
    assert line.startswith(f"The database's schema is at {found}, and this version of Genonaut ")
    assert line.endswith(": run `genonaut db upgrade`.")


@pytest.mark.parametrize(
    "command",
    ["api", "seed", "stats show", "import some.csv", "db upgrade", "db downgrade base"],
)
def test_a_database_of_a_development_version(
    complaint: Complaint, real_server: dict[str, Any], command: str
) -> None:
    variables = by_parts(real_server, name="unreleased") | {"API_PORT": str(free_port())}
    assert complaint(*command.split(), code=5, **variables) == (
        "The database unreleased was created by a development version of Genonaut (schema 0004) "
        "and cannot be upgraded: open it with `genonaut db psql`, empty it with "
        "`DROP SCHEMA public CASCADE; CREATE SCHEMA public;`, and start again."
    )


@pytest.mark.parametrize("encoding", OTHER_ENCODINGS)
@pytest.mark.parametrize(
    "command",
    ["api", "worker", "beat", "flower", "seed", "stats check", "import x.csv", "db upgrade"],
)
def test_a_database_that_is_not_in_utf_8(
    complaint: Complaint, real_server: dict[str, Any], command: str, encoding: str
) -> None:
    name = f"encoded_in_{encoding}"
    broker = {"REDIS_URL": "redis://127.0.0.1:1/0", "API_PORT": str(free_port())}
    line = complaint(*command.split(), code=5, **by_parts(real_server, name=name), **broker)
    assert line.startswith(f"The database '{name}' is encoded in {encoding.upper()}, ")
    assert "createdb --encoding=UTF8" in line
    address = {key: value for key, value in real_server.items() if key != "dbname"}
    with psycopg.connect(**address, dbname=name, client_encoding="utf8") as connection:
        tables = "SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        assert connection.execute(tables).rowcount == 0, "nothing was made"


def test_a_revision_that_does_not_exist(complaint: Complaint, real_server: dict[str, Any]) -> None:
    assert complaint("db", "downgrade", "0815", code=2, **by_parts(real_server)) == (
        "Cannot migrate to revision '0815' (Can't locate revision identified by '0815'): choose "
        "`base`, or a revision up to 0019_creators_of_places."
    )


def test_what_the_api_cannot_prepare_ends_up_too(
    new_home: Path, real_server: dict[str, Any]
) -> None:
    variables = by_parts(real_server, name=f"encoded_in_{OTHER_ENCODINGS[0]}")
    failed = genonaut(new_home, "up", "--lite", API_PORT=str(free_port()), **variables)
    assert (failed.returncode, failed.stdout) == (5, "")
    assert "createdb --encoding=UTF8" in only_line(failed.stderr)


# The settings


def test_an_environment_that_does_not_exist(new_home: Path) -> None:
    failed = genonaut(new_home, "up", "--env", "production")
    assert (failed.returncode, failed.stdout) == (2, "")
    assert only_line(failed.stderr) == (
        "There is no environment 'production': use one of demo, dev, own, test, "
        f"or write {CHECKOUT}/config/production.json."
    )


def test_a_port_that_is_no_number(complaint: Complaint) -> None:
    assert complaint("up", code=2, API_PORT="http") == (
        "api.port is wrong: 'http', from API_PORT; it should be a whole number."
    )


@pytest.mark.parametrize("command", ["up", "api", "stats show", "db url", "seed"])
def test_a_home_that_cannot_be_written(complaint: Complaint, tmp_path: Path, command: str) -> None:
    file = tmp_path / "file"
    file.touch()
    variables = {"GENONAUT_HOME": str(file), "API_PORT": str(free_port())}
    assert complaint(*command.split(), code=5, **variables) == (
        f"Cannot write to {file}/postgres (Not a directory): set GENONAUT_HOME to a folder that "
        "you can write to, or DATABASE_URL to a server that is already running."
    )


@pytest.mark.parametrize("part", ["worker", "beat", "flower"])
@pytest.mark.parametrize("name", ["without_schema", "of_the_past"])
def test_a_part_refuses_another_schema(
    complaint: Complaint, real_server: dict[str, Any], part: str, name: str
) -> None:
    line = complaint(part, code=5, **by_parts(real_server), DB_NAME=name)
    assert line.startswith("The database's schema is at ")
    assert line.endswith("run `genonaut db upgrade`.")


@pytest.mark.parametrize("part", ["worker", "beat", "flower"])
@pytest.mark.parametrize("variable", ["CELERY_BROKER_URL", "CELERY_RESULT_BACKEND"])
@pytest.mark.parametrize("scheme", ["http", "nonsense", "sqs"])
def test_a_part_refuses_an_address_that_celery_cannot_use(
    complaint: Complaint, part: str, variable: str, scheme: str
) -> None:
    key = {"CELERY_BROKER_URL": "broker-url", "CELERY_RESULT_BACKEND": "result-backend"}[variable]
    assert complaint(part, code=2, **{variable: f"{scheme}://:Geheim@here/0"}) == (
        f"celery.{key} is wrong: Celery cannot use such an address; correct what stands before "
        "://, or install the package that Celery needs for it."
    )


# The address to listen on


@pytest.mark.parametrize("command", ["up", "api"])
def test_a_requested_port_that_is_in_use(complaint: Complaint, command: str) -> None:
    with listening(None) as port:
        line = complaint(command, code=6, API_PORT=str(port))
    assert line == (
        f"Another process is listening on 127.0.0.1:{port}: stop it, or choose another port with "
        f"API_PORT={port + 1}."
    )


def test_a_default_port_that_is_in_use(ready_home: Path) -> None:
    with listening(None) as port:
        configuration = change_base(ready_home, "api", {"port": port})
        with running(ready_home, "api", GENONAUT_CONFIG_DIR=configuration) as command:
            ready = command.wait_for("Genonaut is ready at")
            printed = command.wait_for(f"Port {port} is in use: using port ")
            used = printed.removesuffix(" instead.").rpartition(" ")[2]
            assert f"http://127.0.0.1:{used} " in ready
            assert http.get(f"http://127.0.0.1:{used}/health").status_code == 200


@pytest.mark.parametrize("host", ["192.0.2.1", "nowhere.invalid"])
def test_an_address_that_is_not_ours(complaint: Complaint, host: str) -> None:
    port = free_port()
    accepted = {"AUTH_OPEN_TO_THE_NETWORK": "true"}
    line = complaint("api", code=5, API_HOST=host, API_PORT=str(port), **accepted)
    assert line.startswith(f"Cannot listen on {host}:{port} (")
    assert line.endswith("): correct API_HOST and API_PORT.")


def change_base(folder: Path, section: str, values: dict[str, Any]) -> str:
    """A configuration like ours but for some values in its base."""
    shutil.copytree(CHECKOUT / "config", folder / "config")
    base = folder / "config" / "base.json"
    settings = json.loads(base.read_text())
    settings[section] |= values
    base.write_text(json.dumps(settings))
    return str(base.parent)
