"""The account that the embedded servers run as when root starts them."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from genonaut.embedded import account
from genonaut.embedded.account import our_account, server_account
from genonaut.embedded.lease import Lease
from genonaut.errors import ServerStartError
from tests.support.processes import connect, genonaut, postmaster, succeed
from tests.system.conftest import needs_root

pytestmark = needs_root

PSQL = ("db", "psql", "--", "--no-psqlrc", "-Atc", "SELECT 6 * 7")


@pytest.fixture
def no_account(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of ours, which does not exist; if it is created, it is deleted afterwards."""
    name = f"genonaut-t{os.getpid()}"
    monkeypatch.setattr(account, "OURS", name)
    yield name
    monkeypatch.undo()  # PATH may have been changed
    subprocess.run(["userdel", name], capture_output=True, check=False)


def test_our_account_is_created_once_and_serves_nothing_else(no_account: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: our_account(), range(4)))
    entry = pwd.getpwnam(no_account)
    assert {(each.name, each.uid, each.gid) for each in made} == {
        (no_account, entry.pw_uid, entry.pw_gid)
    }
    [new] = [each for each in made if each.is_new]
    assert f"Created the system account {no_account!r}" in new.notice
    assert (entry.pw_dir, entry.pw_shell) == ("/nonexistent", "/usr/sbin/nologin")
    assert len([each for each in pwd.getpwall() if each.pw_uid == entry.pw_uid]) == 1
    assert not our_account().is_new


def test_without_useradd_the_sentence_says_what_to_run(
    no_account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ServerStartError, match=f"run `useradd --system .* {no_account}`, or"):
        our_account()


def test_new_data_belongs_to_our_account_whichever_others_there_are(tmp_path: Path) -> None:
    found = server_account(tmp_path / "data")
    assert found
    assert found.name == "genonaut"


def test_data_of_nobody_is_refused_with_the_command_that_mends_it(ready_home: Path) -> None:
    data = ready_home / "postgres" / "data"
    for path in (data, *data.rglob("*")):
        shutil.chown(path, "nobody", "nogroup")
    done = genonaut(ready_home, *PSQL)
    assert (done.returncode, done.stdout) == (5, "")
    command = done.stderr.partition("run `")[2].partition("`")[0]
    assert command == f"chown -R genonaut: {data}"
    subprocess.run(command.split(), check=True)
    assert succeed(ready_home, *PSQL) == "42\n"


def test_in_the_home_of_another_account_root_leaves_files_that_this_account_can_use(
    ready_home: Path,
) -> None:
    for path in (ready_home, *ready_home.rglob("*")):
        shutil.chown(path, "daemon", "daemon")
    folder = ready_home / "postgres"
    for name in ("server.log", "endpoint.json", "pgpass", "keeper.lock", "start.lock"):
        (folder / name).unlink(missing_ok=True)
    (folder / "endpoint.json").write_text("{}")
    with Lease(ready_home, "postgres"):
        connect(ready_home).close()
        process = postmaster(ready_home)
        assert Path(f"/proc/{process}").stat().st_uid == pwd.getpwnam("daemon").pw_uid
        owners = {path.name: path.owner() for path in folder.iterdir()}
    assert set(owners.values()) == {"daemon"}, owners
