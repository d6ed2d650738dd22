"""At its full size: ten thousand items in one transaction, and a zip of two thousand pictures."""

import os
import signal
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from benchmarks.bulk import fill, measure
from genonaut.config import Settings, load_settings
from genonaut.db.session import Database, open_database
from genonaut.embedded.server import free_port
from tests.support.effort import effort
from tests.support.rows import add_user, run
from tests.support.servers import new_database
from tests.support.waiting import PATIENCE_SECONDS

MIB = 1 << 20


@effort(short=200, long=10_000, variable="GENONAUT_BULK_ITEMS")
def test_many_items_in_one_transaction(
    server: tuple[Settings, Database], effort: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with new_database(server[1], migrated=True) as database:
        rows = measure(database, fill(database, effort, effort * 5))
    with capsys.disabled():
        for row in rows:
            sys.stdout.write(f"\n{effort} items: {row}")
    assert [row[0] for row in rows] == [
        "tag", "untag", "make private", "make public", "delete", "undo"
    ]  # fmt: skip
    for name, _, locks, exclusive, _, waiting in rows:
        assert exclusive == 0, "no table is locked for readers"
        assert locks < 500, "rows are locked in their pages, not in the table of locks"
        allowed = {"renames a tag", "changes one of them"} if name != "undo" else {"renames a tag"}
        assert set(waiting.split(", ")) - {"none"} <= allowed


class Watch:
    """The memory of a process."""

    def __init__(self, process: int) -> None:
        self._file = Path(f"/proc/{process}/statm")
        self.most = 0

    def look(self) -> int:
        """Bytes in use now."""
        now = int(self._file.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        self.most = max(self.most, now)
        return now


@contextmanager
def served(home: Path, pictures: Path) -> Iterator[tuple[str, int]]:
    """The API of a home as a process of its own: where it is, and its number."""
    environment = os.environ | {
        "GENONAUT_HOME": str(home),
        "GENONAUT_ENV": "dev",
        "AUTH_MODE": "open",
        "API_PORT": str(free_port()),
        "GENONAUT_GALLERY_IMAGES_FOLDER": str(pictures),
    }
    command = [sys.executable, "-P", "-m", "genonaut", "api"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as api:
        try:
            said = next(line for line in api.stdout or () if "is ready at" in line)
            yield said.split(" at ")[1].split()[0], api.pid
        finally:
            api.send_signal(signal.SIGTERM)


@pytest.mark.long
def test_a_zip_of_many_pictures_takes_no_memory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A tenth of the archive would already be ten times of what it may take."""
    draw(tmp_path / "pictures", 2_000)
    settings = load_settings("dev").model_copy(update={"home": tmp_path / "home"})
    with open_database(settings, role="owner") as database:
        add_pictures(database, tmp_path / "pictures")
    saved = tmp_path / "all.zip"
    with served(tmp_path / "home", tmp_path / "pictures") as (where, process):
        watch = Watch(process)
        fetch(where, tmp_path / "first.zip", watch.look, "&search_term=7")
        before = watch.look()
        fetch(where, saved, watch.look)
        after = watch.look()
    with zipfile.ZipFile(saved) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 2_000
    size = saved.stat().st_size
    with capsys.disabled():
        words = f"{before / MIB:.1f} MiB before, at most {watch.most / MIB:.1f} meanwhile"
        sys.stdout.write(
            f"\nzip of {size / MIB:.0f} MiB: the API had {words}, {after / MIB:.1f} after\n"
        )
    assert size > 256 * MIB
    assert watch.most - before < size / 20
    assert after - before < size / 20


def draw(folder: Path, count: int) -> None:
    """Pictures that cannot be compressed; a few, each under many names."""
    folder.mkdir()
    for number in range(count):
        path = folder / f"{number}.png"
        if number < 20:
            Image.effect_noise((420, 420), 60 + number).save(path)
        else:
            path.hardlink_to(folder / f"{number % 20}.png")


def add_pictures(database: Database, folder: Path) -> None:
    """An item for each of them."""
    ada = add_user(database)
    adding = """
        INSERT INTO content_items (title, content_data, prompt, creator_id)
        SELECT 'Number ' || name, name || '.png', 'p', %s FROM generate_series(0, %s) AS name"""
    run(database, adding, ada, len(list(folder.iterdir())) - 1)


def fetch(where: str, saved: Path, meanwhile: Callable[[], int], query: str = "") -> None:
    """Save a download, and look at the process at each piece."""
    url = f"{where}/api/v1/content/download?sort_order=asc{query}"
    answer = urllib.request.urlopen(url, timeout=PATIENCE_SECONDS)  # noqa: S310 - our own
    with answer, saved.open("wb") as file:
        while piece := answer.read(MIB):
            file.write(piece)
            meanwhile()
