"""Watching within this process: what leaves a folder, polling, two at once, and what fails."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from watchfiles import watch

from genonaut.db.session import Database
from genonaut.errors import UsageError
from genonaut.ingest import changes, watching
from genonaut.ingest.intake import PictureOptions
from genonaut.ingest.pool import TakingPool
from genonaut.ingest.rows import Defaults
from genonaut.ingest.watched import Watched
from genonaut.ingest.watching import watch_folders
from genonaut.library.check import Findings, check, repair
from genonaut.library.roots import Library
from tests.support.recount import differences
from tests.support.rows import run
from tests.support.waiting import wait_until

IN_PLACE = PictureOptions(in_place=True)
Start = Callable[..., AbstractContextManager[list[str]]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


@pytest.fixture
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library(tmp_path_factory.mktemp("library"), processes=2)


@pytest.fixture
def start(database: Database, library: Library) -> Start:
    """Watches folders as long as a `with` lasts; what was said is listed."""
    run(database, "DELETE FROM library_files; DELETE FROM library_roots; DELETE FROM library_seen")

    @contextmanager
    def watching(*watched: Watched) -> Iterator[list[str]]:
        said, errors, stopped = list[str](), list[BaseException](), threading.Event()

        def work() -> None:
            try:
                watch_folders(database.engine, library, watched, said.append, stopped)
            except BaseException as error:  # noqa: BLE001 - raised in the test
                errors.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield said
        finally:
            stopped.set()
            thread.join()
            if errors:
                raise errors[0]
        with database.transaction() as session:
            assert not differences(session)

    return watching


def watched(folder: Path, options: PictureOptions = IN_PLACE, *, poll: bool = False) -> Watched:
    return Watched(folder, Defaults("ada", "regular"), options, poll)


def picture(path: Path, number: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 8), (number % 256, number // 256, 7)).save(path)
    return path


def files(database: Database) -> list[tuple[Any, ...]]:
    """Every file that the library knows, and whether it is missing."""
    return run(database, "SELECT name, missing_since IS NOT NULL FROM library_files ORDER BY name")


def shown(database: Database) -> list[tuple[Any, ...]]:
    """Every item, and whether its file is missing."""
    return run(
        database,
        "SELECT item.id, content_data, missing_since IS NOT NULL FROM content_items_all item "
        "JOIN library_files ON name = content_data ORDER BY item.id",
    )


def wait_for(database: Database, expected: list[tuple[Any, ...]]) -> None:
    """Until these are the files; what comes and goes needs some looks."""
    wait_until(lambda: files(database) == expected, f"these files: {expected}")


@pytest.mark.sampled(1)
@pytest.mark.parametrize("poll", [False, True])
def test_what_is_deleted_is_missing_until_it_is_back(
    database: Database, start: Start, folder: Path, poll: bool
) -> None:
    for number, name in enumerate(("a.png", "inner/b.png")):
        picture(folder / name, number)
    there = [("out/a.png", False), ("out/inner/b.png", False)]
    with start(watched(folder, poll=poll)) as said:
        wait_for(database, there)
        items = shown(database)
        content = (folder / "a.png").read_bytes()
        (folder / "a.png").unlink()
        wait_for(database, [("out/a.png", True), ("out/inner/b.png", False)])
        assert "out: 1 gone" in " ".join(said).replace(str(folder), "out")
        (folder / "inner").rename(folder.parent / "away")
        wait_for(database, [("out/a.png", True), ("out/inner/b.png", True)])
        (folder / "a.png").write_bytes(content)
        (folder.parent / "away").rename(folder / "inner")
        wait_for(database, there)
        assert shown(database) == items


@pytest.mark.sampled(1)
@pytest.mark.parametrize("poll", [False, True])
def test_what_is_renamed_is_the_same_item(
    database: Database, start: Start, folder: Path, poll: bool
) -> None:
    for number, name in enumerate(("a.png", "inner/b.png", "inner/c.png")):
        picture(folder / name, number)
    with start(watched(folder, poll=poll)):
        wait_until(lambda: len(shown(database)) == 3, "all are in")
        ids = [item for item, _, _ in shown(database)]
        (folder / "a.png").rename(folder / "new.png")
        (folder / "inner").rename(folder / "2026")
        wait_for(
            database,
            [("out/2026/b.png", False), ("out/2026/c.png", False), ("out/new.png", False)],
        )
        assert [item for item, _, _ in shown(database)] == ids


def test_the_same_bytes_elsewhere_take_its_place(
    database: Database, start: Start, folder: Path
) -> None:
    picture(folder / "a.png", 1)
    with start(watched(folder)):
        wait_for(database, [("out/a.png", False)])
        shutil.copy(folder / "a.png", folder / "copy.png")
        wait_for(database, [("out/a.png", False), ("out/copy.png", False)])
        (folder / "a.png").unlink()
        wait_for(database, [("out/copy.png", False)])
        assert len(shown(database)) == 1


def test_what_went_and_came_while_no_process_watched(
    database: Database, start: Start, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, name in enumerate(("a.png", "b.png", "c.png")):
        picture(folder / name, number)
    with start(watched(folder)):
        wait_until(lambda: len(shown(database)) == 3, "all are in")
    (folder / "a.png").rename(folder.parent / "a.png")
    (folder / "b.png").rename(folder / "renamed.png")
    with start(watched(folder)):
        wait_for(database, [("out/a.png", True), ("out/c.png", False), ("out/renamed.png", False)])
    (folder.parent / "a.png").rename(folder / "a.png")
    with start(watched(folder)):
        wait_for(database, [("out/a.png", False), ("out/c.png", False), ("out/renamed.png", False)])
    assert len(shown(database)) == 3


def test_a_deleted_item_does_not_come_back(database: Database, start: Start, folder: Path) -> None:
    for number, name in enumerate(("a.png", "b.png")):
        picture(folder / name, number)
    with start(watched(folder)):
        wait_until(lambda: len(shown(database)) == 2, "both are in")
    run(database, "DELETE FROM content_items_all WHERE content_data = 'out/a.png'")
    picture(folder / "c.png", 3)
    with start(watched(folder)):
        wait_until(lambda: len(shown(database)) == 2, "the new one is in")
        assert [name for _, name, _ in shown(database)] == ["out/b.png", "out/c.png"]


def test_a_picture_that_is_overwritten_is_another_item(
    database: Database, start: Start, folder: Path
) -> None:
    picture(folder / "a.png", 1)
    with start(watched(folder)):
        wait_for(database, [("out/a.png", False)])
        picture(folder / "a.png", 2)
        wait_until(lambda: len(shown(database)) == 2, "the new picture is in")
        assert [missing for _, _, missing in shown(database)] == [True, False]


def test_of_a_folder_that_goes_away_nothing_is_marked(
    database: Database, start: Start, folder: Path
) -> None:
    """Nor if there is another folder in its place, as under a drive that was removed."""
    picture(folder / "a.png", 1)
    picture(folder.parent / "other" / "b.png", 2)
    with start(watched(folder), watched(folder.parent / "other")) as said:
        wait_for(database, [("other/b.png", False), ("out/a.png", False)])
        folder.rename(folder.parent / "drive")
        wait_until(lambda: "is not there: waiting for it" in " ".join(said), "it is missed")
        picture(folder.parent / "other" / "c.png", 3)
        wait_for(database, [("other/b.png", False), ("other/c.png", False), ("out/a.png", False)])
        picture(folder.parent / "drive" / "d.png", 4)
        (folder.parent / "drive").rename(folder)
        wait_until(lambda: ("out/d.png", False) in files(database), "it is watched again")
        assert len([line for line in said if "waiting" in line]) == 1, said


@pytest.mark.long
def test_copies_stay(database: Database, start: Start, folder: Path, library: Library) -> None:
    picture(folder / "a.png", 1)
    with start(watched(folder, PictureOptions())):
        wait_until(lambda: len(shown(database)) == 1, "it is in")
        [before] = shown(database)
        (folder / "a.png").rename(folder / "b.png")
        picture(folder / "c.png", 2)
        wait_until(lambda: len(shown(database)) == 2, "the other one is in")
        assert before in shown(database)
        # Between two pictures, a repair may run.
        with database.engine.connect() as connection:
            repair(connection, library, check(connection, library))
            assert check(connection, library) == Findings(files=2)


@pytest.mark.long
def test_two_watchers_of_one_folder(database: Database, start: Start, folder: Path) -> None:
    with start(watched(folder)) as first, start(watched(folder)) as second:
        for number in range(120):
            picture(folder / f"{number}.png", number)
        wait_until(lambda: len(shown(database)) == 120, "all are in")
        for number in range(60):
            (folder / f"{number}.png").rename(folder / f"new {number}.png")
        for number in range(60, 80):
            (folder / f"{number}.png").unlink()
        expected = [(f"out/new {number}.png", False) for number in range(60)]
        expected += [(f"out/{number}.png", number < 80) for number in range(60, 120)]
        wait_until(lambda: sorted(files(database)) == sorted(expected), "both are up to date")
        assert len(shown(database)) == 120
        assert not [line for line in first + second if "rejected" in line or "waiting" in line]


@pytest.mark.long
def test_the_processes_rest(
    database: Database, start: Start, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rested = threading.Event()

    class Pool(TakingPool):
        def rest(self) -> None:
            super().rest()
            rested.set()

    monkeypatch.setattr(watching, "TakingPool", Pool)
    monkeypatch.setattr(watching, "REST_SECONDS", 0.5)
    with start(watched(folder)):
        picture(folder / "a.png", 1)
        wait_for(database, [("out/a.png", False)])
        wait_until(rested.is_set, "the processes rest")
        picture(folder / "b.png", 2)
        wait_for(database, [("out/a.png", False), ("out/b.png", False)])


@pytest.mark.long
def test_a_root_that_cannot_be(database: Database, start: Start, folder: Path) -> None:
    """At the start it ends the command; later, the others go on."""
    wrong = watched(folder, PictureOptions(in_place=True, root="library"))
    with pytest.raises(UsageError, match="There is another root library"), start(wrong):
        wait_until(lambda: False, "it ended", 1)
    picture(folder.parent / "other" / "b.png", 2)
    folder.rename(folder.parent / "later")
    with start(wrong, watched(folder.parent / "other")) as said:
        wait_for(database, [("other/b.png", False)])
        (folder.parent / "later").rename(folder)
        wait_until(lambda: "cannot be watched: There is another root" in " ".join(said), "told")
        picture(folder.parent / "other" / "c.png", 3)
        wait_for(database, [("other/b.png", False), ("other/c.png", False)])


def test_a_name_that_is_not_utf8(database: Database, start: Start, folder: Path) -> None:
    with start(watched(folder, PictureOptions())):
        picture(folder / "a.png", 1)
        wait_until(lambda: len(shown(database)) == 1, "it is in")
        Image.new("RGB", (8, 8), (9, 9, 9)).save(folder / "c", "PNG")
        (folder / "c").rename(folder / os.fsdecode(b"caf\xe9.png"))
        wait_until(lambda: len(shown(database)) == 2, "the other one is in")


def test_without_reports_the_folders_are_polled(
    database: Database, start: Start, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def limited(*folders: Path, force_polling: bool, **options: Any) -> Iterator[Any]:
        if not force_polling:
            raise OSError('OS file watch limit reached. about ["/x"] (Error { ... })')
        return watch(*folders, force_polling=True, **options)

    monkeypatch.setattr(changes, "watch", limited)
    with start(watched(folder)) as said:
        picture(folder / "a.png", 1)
        wait_for(database, [("out/a.png", False)])
        picture(folder / "b.png", 2)
        wait_for(database, [("out/a.png", False), ("out/b.png", False)])
    assert said[0] == (
        "The system cannot report changes (OS file watch limit reached): the folders are "
        "searched every second instead. Raise fs.inotify.max_user_watches, and restart."
    )


LIMITED = """
import sys, time
from pathlib import Path
from genonaut.ingest.changes import Changes
folder, made = Path(sys.argv[1]), 0
with Changes([folder], [], lambda line: print(line, flush=True)) as changes:
    while True:
        for found in changes.within(0.3):
            if any(path.endswith("a.png") for _, path in found or ()):
                sys.exit("seen")
        if made < 9:
            (folder / f"later {made}").mkdir()
        elif made % 10 == 9:
            (folder / "later 8" / "a.png").write_text(str(made))
        made += 1
"""
UNSHARE = ["unshare", "--user", "--map-root-user", "sh", "-ec"]


@pytest.mark.long
@pytest.mark.parametrize("folders", [0, 9])
def test_the_kernels_own_limit(folder: Path, folders: int) -> None:
    """Reached at once, or by folders that come later: of those the kernel says nothing."""
    for number in range(folders):
        (folder / str(number)).mkdir()
    limit = 'echo 5 > /proc/sys/user/max_inotify_watches; exec "$@"'
    can = subprocess.run([*UNSHARE, limit, "sh", "true"], check=False, capture_output=True)
    if can.returncode:
        pytest.skip("NO USER NAMESPACE can be made on this machine")
    done = subprocess.run(
        [*UNSHARE, limit, "sh", sys.executable, "-c", LIMITED, str(folder)],
        check=False,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert "Raise fs.inotify.max_user_watches" in done.stdout
    assert done.stdout.count("\n") == 1
    assert done.stderr == "seen\n"
