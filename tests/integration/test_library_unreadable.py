"""Files that may not be read, and files that another program is writing at this moment."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from genonaut.db.session import Database
from genonaut.ingest.taking import GROWING
from tests.integration.test_library import (
    counted,
    counts,
    genonaut,
    item_of,
    library,
    names,
    picture,
    site,
)
from tests.support.commands import Genonaut
from tests.support.waiting import PATIENCE_SECONDS, wait_until

__all__ = ["genonaut", "library", "site"]

WHAT = ("added", "already_there", "rejected", "changed")
DENIED = "cannot be read: Permission denied"
# Root may read everything, unless it gives that up.
LIKE_OTHERS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")


def as_others(*arguments: object, code: int) -> dict[str, Any]:
    """What a command prints in an account that file permissions hold for."""
    given_up = LIKE_OTHERS if os.geteuid() == 0 else ()
    if given_up and not shutil.which(given_up[0]):
        pytest.skip("setpriv IS NOT ON THIS MACHINE (apt-get install util-linux)")
    done = subprocess.run(
        [*given_up, sys.executable, "-m", "genonaut", *map(str, arguments), "--json"],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == code, done
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(autouse=True)
def reachable(database: Database) -> Iterator[None]:
    """Root who has given that up passes neither the folder of the server's socket nor that."""
    folder = Path(str(database.url.query["host"]))
    socket = folder / f".s.PGSQL.{database.url.query['port']}"
    modes = {path: path.stat().st_mode for path in (folder, socket)}
    folder.chmod(0o711)
    socket.chmod(0o777)
    yield
    for path, mode in modes.items():
        path.chmod(mode)


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """A file and a folder that no account may read; and a file that any may."""
    picture(tmp_path / "pics/open.png", "open", 1)
    file = picture(tmp_path / "pics/file.png", "in a closed file", 2)
    inner = picture(tmp_path / "pics/inner/x.png", "in a closed folder", 3).parent
    file.chmod(0)
    inner.chmod(0)
    yield file, inner
    if inner.exists():
        inner.chmod(0o700)


@pytest.mark.long
@pytest.mark.parametrize("manner", [[], ["--in-place"]], ids=["copied", "in place"])
def test_what_may_not_be_read_is_said_and_read_as_soon_as_it_may(
    database: Database,
    genonaut: Genonaut,
    tmp_path: Path,
    closed: tuple[Path, Path],
    manner: list[str],
) -> None:
    pics = tmp_path / "pics"
    for there in (0, 1):
        report = as_others("import", pics, *manner, code=3)
        assert counts(report, *WHAT) == [1 - there, there, 2, 0]
        assert report["files"][0]["reasons"] == {DENIED: 2}
    counted(database)
    for path in closed:
        path.chmod(0o700)
    assert counts(as_others("import", pics, *manner, code=0), *WHAT) == [2, 1, 0, 0]
    assert as_others("library", "check", code=0)["files"] == 3
    counted(database)


@pytest.mark.long
def test_what_was_named_alone_and_may_not_be_read_is_an_error(
    database: Database, genonaut: Genonaut, closed: tuple[Path, Path]
) -> None:
    one = picture(closed[0].parent.parent / "one.png", "beside them", 4)
    report = as_others("import", *closed, one, code=4)
    assert ["Permission denied" in str(each["error"]) for each in report["files"]] == [
        *(True, True, False)
    ]
    assert report["added"] == 1, "the others are imported"


@pytest.mark.long
def test_a_file_that_may_not_be_read_any_more_is_missing_until_it_may(
    site: httpx.Client, database: Database, genonaut: Genonaut, tmp_path: Path
) -> None:
    file = picture(tmp_path / "pics/a.png", "a", 1)
    genonaut("import", tmp_path / "pics", "--in-place")
    file.chmod(0)
    assert as_others("library", "check", "--repair", code=1)["missing"] == ["pics/a.png"]
    page = site.get(f"/gallery/items/{item_of(database, 'a')}").text
    assert "file is missing" in page
    file.chmod(0o600)
    assert as_others("library", "check", code=1)["found"] == ["pics/a.png"]
    assert as_others("library", "check", "--repair", code=0)["found"] == []
    assert site.get(f"/gallery/files/{item_of(database, 'a')}/full").content == file.read_bytes()


def test_a_file_that_grows_while_it_is_read_waits_for_the_next_import(
    database: Database, genonaut: Genonaut, tmp_path: Path
) -> None:
    file = picture(tmp_path / "pics/slow.png", "slow", 1)
    whole = file.read_bytes()
    file.write_bytes(whole[:60])
    os.truncate(file, 32 << 20)
    done = threading.Event()

    def write() -> None:
        with file.open("ab") as stream:
            while not done.is_set():
                os.write(stream.fileno(), b"\0")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        # Not each time: the writer may have paused while it was read. Then it is half a picture.
        wait_until(lambda: grows(genonaut, file.parent), "a file is found to grow")
    finally:
        done.set()
        writer.join()
    assert names(database) == []
    file.write_bytes(whole)
    assert counts(genonaut("import", file.parent, "--in-place")[1], *WHAT) == [1, 0, 0, 0]
    counted(database)


def grows(genonaut: Genonaut, folder: Path) -> bool:
    code, report = genonaut("import", folder, "--in-place")
    assert (code, counts(report, *WHAT)) == (3, [0, 0, 1, 0])
    return list(report["files"][0]["reasons"]) == [GROWING]
