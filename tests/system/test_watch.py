"""`genonaut watch`: pictures that other programs write, whole or not yet."""

import os
import random
import re
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import pytest
from PIL import Image
from sqlalchemy import text

from genonaut.db.session import Database
from tests.support.effort import effort
from tests.support.pictures import make
from tests.support.processes import Running, genonaut, opened, postmaster, running, succeed
from tests.support.waiting import wait_until

WELL = "All is well"
FORMATS = (".png", ".jpg", ".webp", ".gif", ".avif")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Of every format and program."""
    folder = tmp_path_factory.mktemp("pictures")
    make(folder, count=60, seed=7, size=96)
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


@contextmanager
def watching(home: Path, folder: Path, *options: str) -> Iterator[Running]:
    with running(home, "watch", str(folder), *options) as command:
        command.wait_for("Watching")
        yield command


def items(database: Database) -> int:
    with database.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM content_items_all")).scalar_one())


def wait_for_items(home: Path, number: int) -> None:
    with opened(home) as database:
        wait_until(lambda: items(database) >= number, f"{number} items")
        assert items(database) == number


def check(home: Path) -> None:
    assert WELL in genonaut(home, "stats", "check").stdout
    assert genonaut(home, "library", "check").returncode == 0


def write_in_two_pieces(source: Path, target: Path, lots: random.Random) -> float:
    """Write a copy with a pause in the middle; when it was complete."""
    content = source.read_bytes()
    middle = lots.randrange(1, len(content))
    with target.open("wb") as file:
        file.write(content[:middle])
        file.flush()
        time.sleep(lots.choice([0, 0.01, 0.8]))
        file.write(content[middle:])
    return time.monotonic()


def handles(command: Running) -> int:
    """How many files the watcher has open."""
    return len(list(Path(f"/proc/{command.process.pid}/fd").iterdir()))


class Counting(threading.Thread):
    """Compares what is told with a recount, again and again; and when each number of items was."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.ended = threading.Event()
        self.wrong = 0
        self.reached = dict[int, float]()
        self._database = database

    def when(self, number: int) -> float:
        """When there were at least so many items."""
        return min(moment for there, moment in self.reached.items() if there >= number)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.join()

    def run(self) -> None:
        told = text(
            "SELECT (SELECT coalesce(sum(count), 0) FROM gen_source_counts "
            "WHERE user_id IS NULL), "
            "(SELECT count(*) FROM content_items_all)"
        )
        while not self.ended.wait(0.02):
            with self._database.engine.connect() as connection:
                counted, there = connection.execute(told).one()
            self.wrong += counted != there
            self.reached.setdefault(there, time.monotonic())


@effort(24, 200, "GENONAUT_WATCH_FILES")
def test_files_written_in_two_pieces_come_in_whole(
    ready_home: Path, folder: Path, effort: int
) -> None:
    lots = random.Random(effort)
    with watching(ready_home, folder), opened(ready_home) as database:
        complete = []
        with Counting(database) as counting:
            for number in range(effort):
                own = folder.parent / f"{number}{FORMATS[number % len(FORMATS)]}"
                Image.effect_noise((64, 48), 90 + number % 50).save(own)
                complete.append(write_in_two_pieces(own, folder / own.name, lots))
            # The thread may still have to look when the last one is there.
            wait_until(lambda: effort in counting.reached, "every picture was counted")
        assert items(database) == effort
        delays = [counting.when(number) - moment for number, moment in enumerate(complete, 1)]
        sys.stderr.write(f"largest delay {max(delays):.1f} s\n")
        assert counting.wrong == 0
        check(ready_home)


@pytest.mark.long
@effort(120, 5_000, "GENONAUT_WATCH_MOVED")
def test_many_moved_in_at_once_and_what_came_meanwhile(
    ready_home: Path, folder: Path, pictures: list[Path], tmp_path: Path, effort: int
) -> None:
    """Half of them in a folder, half by themselves."""
    for number in range(effort):
        many = tmp_path / ("single" if number % 2 else "many/inner")
        many.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (16, 16), (number % 256, number // 256, 7)).save(many / f"{number}.png")
    shutil.copy(pictures[0], folder / "before.png")
    with watching(ready_home, folder) as command, opened(ready_home) as database:
        wait_for_items(ready_home, 1)
        before = handles(command)
        with Counting(database) as counting:
            moved = time.monotonic()
            (tmp_path / "many").rename(folder / "many")
            for path in (tmp_path / "single").iterdir():
                path.rename(folder / path.name)
            wait_until(lambda: 1 + effort in counting.reached, "every picture was counted")
        sys.stderr.write(f"all in after {counting.when(1 + effort) - moved:.1f} s\n")
        assert counting.wrong == 0
        wait_until(lambda: handles(command) <= before, "the processes rest, and nothing is left")
        assert command.end(signal.SIGTERM) == 0
    shutil.copy(pictures[1], folder / "while off.png")
    with watching(ready_home, folder) as command:
        wait_for_items(ready_home, 2 + effort)
        check(ready_home)


@pytest.mark.long
def test_no_file_is_lost_when_the_database_is_away_or_the_watcher_is_killed(
    ready_home: Path, folder: Path, pictures: list[Path]
) -> None:
    with watching(ready_home, folder) as command:
        shutil.copy(pictures[0], folder / "a.png")
        wait_for_items(ready_home, 1)
        os.kill(postmaster(ready_home), signal.SIGKILL)
        shutil.copy(pictures[1], folder / "b.png")
        wait_until(lambda: "b" if _came(ready_home, 2) else "", "the second picture came in")
        shutil.copy(pictures[2], folder / "c.png")
        command.end(signal.SIGKILL)
    with watching(ready_home, folder):
        wait_for_items(ready_home, 3)
        check(ready_home)


@pytest.mark.long
def test_killed_in_the_middle_of_many(ready_home: Path, folder: Path) -> None:
    for number in range(400):
        Image.effect_noise((128, 128), number % 90 + 9).save(folder / f"{number}.png")
    left = list[int]()
    with running(ready_home, "db", "psql", "--", "-c", "SELECT pg_sleep(600)"):
        wait_until(lambda: _came(ready_home, 0), "the server runs")
        with opened(ready_home) as database:
            for _ in range(3):
                with watching(ready_home, folder, "--in-place") as command:
                    command.wait_for("added")
                    command.end(signal.SIGKILL)
                left.append(items(database))
    assert 0 < left[0] < 400
    with watching(ready_home, folder, "--in-place"):
        wait_for_items(ready_home, 400)
        check(ready_home)


def _came(home: Path, number: int) -> bool:
    try:
        with opened(home) as database:
            return items(database) == number
    except Exception:  # noqa: BLE001 - the server restarts
        return False


@pytest.mark.long
def test_a_folder_that_goes_and_comes_back(
    ready_home: Path, folder: Path, pictures: list[Path]
) -> None:
    with watching(ready_home, folder) as command:
        folder.rename(folder.parent / "away")
        command.wait_for("is not there: waiting for it")
        shutil.copy(pictures[0], folder.parent / "away" / "a.png")
        (folder.parent / "away").rename(folder)
        wait_for_items(ready_home, 1)


@pytest.mark.long
def test_what_stays_half_is_told(ready_home: Path, folder: Path, pictures: list[Path]) -> None:
    png = next(path for path in pictures if path.read_bytes()[:4] == b"\x89PNG")
    (folder / "half.png").write_bytes(png.read_bytes()[:-30])
    with watching(ready_home, folder) as command:
        line = command.wait_for("rejected")
        assert re.search(r"1 rejected: .*damaged", line)
        (folder / "half.png").write_bytes(png.read_bytes())
        wait_for_items(ready_home, 1)


@pytest.mark.parametrize("arguments", [[], ["nowhere"], [".", "."]])
def test_what_cannot_be_watched(ready_home: Path, arguments: list[str]) -> None:
    done = genonaut(ready_home, "watch", *arguments)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


def test_the_creator_and_the_source(ready_home: Path, folder: Path, pictures: list[Path]) -> None:
    shutil.copy(pictures[0], folder / "a.png")
    with watching(ready_home, folder, "--creator", "ada", "--source", "auto", "--in-place"):
        wait_for_items(ready_home, 1)
        shown = succeed(
            ready_home,
            "db",
            "psql",
            "--",
            "-Atc",
            "SELECT source_type, username, "
            "content_data FROM content_items_all JOIN users ON users.id = creator_id",
        )
        assert shown.strip() == "auto|ada|out/a.png"
