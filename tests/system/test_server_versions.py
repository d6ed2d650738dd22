"""Data of another version of PostgreSQL: it is run, upgraded or refused, and never lost."""

import shutil
import struct
from pathlib import Path

import pytest

from genonaut.embedded.data_folder import UPGRADE, settle_upgrade
from genonaut.embedded.folder import ServerFolder
from genonaut.embedded.lease import Lease
from genonaut.embedded.postgres import administrator, running_programs
from genonaut.errors import ServerStartError
from tests.support.processes import (
    connect,
    genonaut,
    nothing_left,
    opened,
    running,
    succeed,
)
from tests.support.rows import add_items, add_user
from tests.support.servers import DEBIAN, copy_server, prepared_home

CATALOG_AT = 12
POLYNOMIAL = 0x82F63B78


# Another build of the same version


def checksum(content: bytearray) -> bytes:
    """CRC-32C."""
    crc = 0xFFFFFFFF
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ POLYNOMIAL * (crc & 1)
    return struct.pack("<I", crc ^ 0xFFFFFFFF)


def change_catalog(data: Path) -> None:
    """Give pg_control the number of another catalog, as that of a beta has."""
    file = data / "global" / "pg_control"
    content = bytearray(file.read_bytes())
    end = next(n for n in range(100, 400) if content[n : n + 4] == checksum(content[:n]))
    struct.pack_into("<I", content, CATALOG_AT, 202505011)
    content[end : end + 4] = checksum(content[:end])
    file.write_bytes(content)


def test_data_of_another_build_is_refused_and_left_alone(ready_home: Path) -> None:
    data = ready_home / "postgres" / "data"
    change_catalog(data)
    before = (data / "global" / "pg_control").read_bytes()
    with pytest.raises(ServerStartError) as refused, Lease(ready_home, "postgres"):
        pass
    assert f"{data} was made by programs that are not those of PostgreSQL 18." in str(refused.value)
    assert "202505011" in str(refused.value)
    assert "Nothing was changed" in str(refused.value)
    assert "GENONAUT_POSTGRES_BIN" in str(refused.value)
    assert (data / "global" / "pg_control").read_bytes() == before


# Killed between the two renames of an upgrade


def made_by(folder: Path, version: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "PG_VERSION").write_text(f"{version}\n")
    return folder


def version_of(folder: Path) -> str:
    return (folder / "PG_VERSION").read_text().strip()


def test_old_data_comes_back_if_the_new_is_not_in_its_place(tmp_path: Path) -> None:
    folder = ServerFolder(tmp_path, "postgres")
    made_by(folder.path / UPGRADE / "old", "15")
    made_by(folder.path / UPGRADE / "postgres" / "data", "18")
    settle_upgrade(folder)
    assert version_of(folder.data) == "15"
    assert not (folder.path / UPGRADE / "old").exists()


def test_old_data_is_set_aside_if_the_new_is_in_its_place(tmp_path: Path) -> None:
    folder = ServerFolder(tmp_path, "postgres")
    made_by(folder.path / UPGRADE / "old", "15")
    made_by(folder.data, "18")
    made_by(folder.path / "data-15", "of an earlier upgrade")
    settle_upgrade(folder)
    assert version_of(folder.data) == "18"
    assert version_of(folder.path / "data-15") == "of an earlier upgrade"
    [aside] = folder.path.glob("data-15-*")
    assert version_of(aside) == "15"


# From one version to the next


@pytest.fixture
def old_home(run_folder: Path, new_home: Path) -> Path:
    """The home of a gallery with three items, made by PostgreSQL 15, which the system has."""
    if not DEBIAN.exists():
        pytest.skip("NEEDS PostgreSQL 15: apt-get install postgresql-15")
    home = new_home / "ä home of ours alone"
    home.mkdir()
    copy_server(prepared_home(run_folder, "debian-15"), home)
    home.chmod(0o700)
    with Lease(home, "postgres"):
        with opened(home) as database:
            add_items(database, add_user(database), 3)
        with administrator(ServerFolder(home, "postgres")) as connection:
            connection.execute('CREATE ROLE "Ünser\'s"')
            connection.execute("ALTER DATABASE genonaut_test SET work_mem = '7MB'")
            connection.execute('GRANT CONNECT ON DATABASE genonaut_test TO "Ünser\'s"')
            connection.execute('CREATE DATABASE "another; one" OWNER genonaut')
    return home


FOUND = """
    SELECT current_setting('server_version_num')::int / 10000, current_setting('work_mem'),
           (SELECT count(*) FROM content_items_all),
           (SELECT count FROM gen_source_counts WHERE user_id IS NULL AND source_type = 'regular'),
           (SELECT collprovider FROM pg_collation WHERE collname = 'letters'),
           has_database_privilege('Ünser''s', 'genonaut_test', 'CONNECT'),
           EXISTS (SELECT FROM pg_database WHERE datname = 'another; one')"""


def found(home: Path) -> tuple[object, ...]:
    with Lease(home, "postgres"), connect(home, "genonaut_test") as connection:
        return connection.execute(FOUND).fetchone() or ()


OLD = (15, "7MB", 3, 3, "i", True, True)
NEW = (18, "7MB", 3, 3, "b", True, True)


def test_old_data_is_run_by_its_version_and_what_to_do_is_said(
    old_home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with Lease(old_home, "postgres"):
        assert found(old_home) == OLD
        assert running_programs(ServerFolder(old_home, "postgres")) == DEBIAN
        done = genonaut(old_home, "db", "upgrade-server")
    assert "`genonaut db upgrade-server` brings it to 18." in capfd.readouterr().err
    assert done.returncode == 6
    assert done.stderr.startswith(f"genonaut: A process uses {old_home}/postgres/data: stop ")


@pytest.mark.long
def test_an_upgrade_that_is_killed_changes_nothing_and_one_that_ends_everything(
    old_home: Path,
) -> None:
    folder = old_home / "postgres"
    with running(old_home, "db", "upgrade-server") as command:
        command.wait_for("Restoring ")
        command.process.kill()
        command.process.wait()
    nothing_left(old_home)
    assert found(old_home) == OLD
    printed = succeed(old_home, "db", "upgrade-server")
    assert "and all counts equal a recount." in printed
    assert f"The old data is in {folder}/data-15." in printed
    assert found(old_home) == NEW
    assert not (folder / UPGRADE).exists()
    assert (folder / "data").stat().st_uid == (folder / "data-15").stat().st_uid
    assert succeed(old_home, "stats", "check").endswith("All is well.\n")
    again = genonaut(old_home, "db", "upgrade-server")
    assert (again.returncode, again.stdout) == (2, "")
    assert "there is nothing to upgrade" in again.stderr
    shutil.rmtree(folder / "data")
    (folder / "data-15").rename(folder / "data")
    assert found(old_home) == OLD
