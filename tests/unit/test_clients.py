"""Which of a machine's client programs is taken, what it says, and what its script becomes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from genonaut.db.backup.script import FOR_PSQL, SEARCH_PATH, _for_the_transaction
from genonaut.embedded import installations
from genonaut.embedded.clients import ClientError, client_for, newest_client, reason_in, run_client
from genonaut.embedded.installations import BINARIES_SETTING
from genonaut.errors import UsageError

Install = Callable[[str, str], Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts a pg_dump of a version into a folder; the machine has no other."""
    monkeypatch.delenv(BINARIES_SETTING, raising=False)
    monkeypatch.setattr(installations, "SYSTEM", (f"{tmp_path}/system-{{}}",))
    monkeypatch.setattr(installations, "PACKAGES", {})
    monkeypatch.setenv("PATH", f"{tmp_path}/path:/usr/bin:/bin")
    monkeypatch.setattr("genonaut.embedded.clients.shutil.which", lambda _name: None)

    def make(folder: str, says: str) -> Path:
        program = tmp_path / folder / "pg_dump"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {says}'\n")
        program.chmod(0o755)
        return program

    return make


def test_the_program_is_of_the_servers_version_or_the_next(install: Install) -> None:
    programs = {major: install(f"system-{major}", f"{major}.3") for major in (15, 17, 18)}
    assert client_for("pg_dump", 15) == programs[15]
    assert client_for("pg_dump", 16) == programs[17]
    assert newest_client("pg_dump") == (programs[18], (18, 3))
    with pytest.raises(UsageError, match="no pg_dump of PostgreSQL 19 or newer on this machine"):
        client_for("pg_dump", 19)


def test_a_broken_program_is_as_if_it_were_not_there(install: Install) -> None:
    install("system-18", "beta")
    with pytest.raises(UsageError, match="There is no pg_dump on this machine: reinstall Genonaut"):
        newest_client("pg_dump")


def test_a_folder_that_is_named_is_the_only_one(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("system-18", "18.3")
    named = install("named", "17.1")
    monkeypatch.setenv(BINARIES_SETTING, str(named.parent))
    assert newest_client("pg_dump") == (named, (17, 1))


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("pg_dump: error: connection failed\npg_dump: detail: more", "connection failed"),
        ("pg_restore: error: could not open: no such file", "could not open: no such file"),
        ("psql:script:3: ERROR:  no", "ERROR:  no"),
        ("", "no reason given"),
    ],
)
def test_the_reason_of_a_failure(said: str, reason: str) -> None:
    assert reason_in(said) == reason


def test_what_a_program_prints_and_why_it_fails(tmp_path: Path) -> None:
    program = tmp_path / "pg_dump"
    program.write_text('#!/bin/sh\necho "$NAME $1"; echo "pg_dump: error: $1" >&2; exit "$2"\n')
    program.chmod(0o755)
    assert run_client(program, ["one", "0"], {"NAME": "ada"}) == "ada one\n"
    with pytest.raises(ClientError, match=r"^two$"):
        run_client(program, ["two", "1"], {})


@pytest.mark.parametrize(
    ("line", "becomes"),
    [
        (b"SET statement_timeout = 0;\n", b"SET LOCAL statement_timeout = 0;\n"),
        (b"SET transaction_timeout = 0;\n", b"\n"),  # this server does not know it
        (b"SET x = y;\n", b"SET x = y;\n"),  # as in an UPDATE of a function
        (SEARCH_PATH, b"SELECT pg_catalog.set_config('search_path', '', true);\n"),
    ],
)
def test_settings_are_made_for_the_transaction(line: bytes, becomes: bytes) -> None:
    assert _for_the_transaction(line, 150020) == becomes
    assert not line.startswith(FOR_PSQL)
