"""Thumbnails on demand: made once, a few at a time, and never half of one."""

import hashlib
import io
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from genonaut.errors import NotFoundError, OverloadedError
from genonaut.library.demand import ThumbnailDemand
from genonaut.library.files import ImageFile, open_below
from genonaut.library.thumbnails import WIDTHS, Shape, Thumbnails
from tests.support.waiting import PATIENCE_SECONDS, wait_until

MOST_PIXELS = 100_000_000


class Counting(Thumbnails):
    """Knows how often it made any, and how many of them at once."""

    def __init__(self, folder: Path, gate: Callable[[], object] = lambda: None) -> None:
        super().__init__(folder, MOST_PIXELS)
        self._gate = gate
        self._lock = threading.Lock()
        self.made = self.at_once = self.most = 0

    def _make(self, content: bytes, digest: bytes) -> Shape:
        with self._lock:
            self.made += 1
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        try:
            self._gate()
            return super()._make(content, digest)
        finally:
            with self._lock:
                self.at_once -= 1


def add(folder: Path, colour: tuple[int, int, int]) -> tuple[bytes, Callable[[], ImageFile | None]]:
    """An image in the folder: its digest, and how to open it."""
    stream = io.BytesIO()
    Image.new("RGB", (700, 500), colour).save(stream, "PNG")
    digest = hashlib.sha256(stream.getvalue()).digest()
    (folder / f"{digest.hex()}.png").write_bytes(stream.getvalue())
    return digest, lambda: open_below(folder, f"{digest.hex()}.png")


def test_fifty_requests_for_one_thumbnail_make_it_once(tmp_path: Path) -> None:
    thumbnails = Counting(tmp_path / "library")
    demand = ThumbnailDemand(thumbnails, waiting=50)
    digest, opener = add(tmp_path, (1, 2, 3))
    with ThreadPoolExecutor(50) as threads:
        paths = list(threads.map(lambda n: demand.get(opener, digest, WIDTHS[n % 2]), range(50)))
    assert thumbnails.made == 1
    assert {Image.open(io.BytesIO(path.read_bytes())).size for path in paths} == {
        (320, 229),
        (640, 457),
    }


ASK = """
import sys
from pathlib import Path
from genonaut.library.demand import ThumbnailDemand
from genonaut.library.files import open_below
from genonaut.library.thumbnails import Thumbnails
class Telling(Thumbnails):
    def _make(self, content, digest):
        print("made", flush=True)
        return super()._make(content, digest)
folder, name = Path(sys.argv[1]), sys.argv[2]
demand = ThumbnailDemand(Telling(folder / "library", 10**8))
sys.stdin.readline()
demand.get(lambda: open_below(folder, name + ".png"), bytes.fromhex(name), 320)
"""


def test_several_processes_make_it_once(tmp_path: Path) -> None:
    digest, _ = add(tmp_path, (4, 5, 6))
    command = [sys.executable, "-c", ASK, str(tmp_path), digest.hex()]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, **pipes) for _ in range(4)]  # type: ignore[call-overload]
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [process.communicate(timeout=PATIENCE_SECONDS)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * 4
    assert sorted(told) == ["", "", "", "made\n"]


def test_few_are_made_at_a_time_and_more_than_can_wait_are_refused(tmp_path: Path) -> None:
    gate = threading.Event()
    thumbnails = Counting(tmp_path / "library", lambda: gate.wait(PATIENCE_SECONDS))
    demand = ThumbnailDemand(thumbnails, places=2, waiting=3)
    images = [add(tmp_path, (n * 20, 0, 0)) for n in range(5)]
    late, opener = add(tmp_path, (0, 0, 255))
    with ThreadPoolExecutor(5) as threads:
        waiting = [threads.submit(demand.get, image, digest, 320) for digest, image in images]
        wait_until(lambda: thumbnails.at_once == 2 and is_full(demand), "the others wait")
        with pytest.raises(OverloadedError):
            demand.get(opener, late, 320)
        gate.set()
        assert all(future.result().is_file() for future in waiting)
    assert (thumbnails.made, thumbnails.most) == (5, 2)
    assert demand.get(opener, late, 320).is_file()


def is_full(demand: ThumbnailDemand) -> bool:
    free = demand._present.acquire(blocking=False)
    if free:
        demand._present.release()
    return not free


def test_an_image_that_cannot_be_shown_is_tried_once(tmp_path: Path) -> None:
    thumbnails = Counting(tmp_path / "library")
    demand = ThumbnailDemand(thumbnails)
    digest, opener = add(tmp_path, (7, 8, 9))
    file = tmp_path / f"{digest.hex()}.png"
    file.write_bytes(file.read_bytes()[:200])
    for _ in range(3):
        with pytest.raises(NotFoundError, match="the image is damaged"):
            demand.get(opener, digest, 320)
    assert thumbnails.made == 1


def test_an_image_that_is_missing_is_said_to_be(tmp_path: Path) -> None:
    demand = ThumbnailDemand(Thumbnails(tmp_path, MOST_PIXELS))
    with pytest.raises(NotFoundError, match="the image is missing"):
        demand.get(lambda: None, bytes(32), 320)


MAKE = """
import os, signal, sys
from pathlib import Path
from genonaut.library.thumbnails import Thumbnails
left = [int(sys.argv[3])]
replace = Path.replace
def killed(*paths):
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    left[0] -= 1
    replace(*paths)
Path.replace = killed
with open(sys.argv[1], "rb") as file:
    Thumbnails(Path(sys.argv[2]), 10**8).make(file, bytes(32))
"""


@pytest.mark.parametrize("finished", [0, 1])
def test_kill_9_leaves_no_half_thumbnail_and_the_next_attempt_no_rest(
    finished: int, tmp_path: Path
) -> None:
    source, library = tmp_path / "image.png", tmp_path / "library"
    Image.effect_noise((700, 500), 90).save(source)
    command = [sys.executable, "-c", MAKE, str(source), str(library), str(finished)]
    assert (
        subprocess.run(command, check=False, timeout=PATIENCE_SECONDS).returncode == -signal.SIGKILL
    )
    assert len(list(library.rglob("*.part"))) == 1
    assert len(list(library.rglob("*.webp"))) == finished
    thumbnails = Thumbnails(library, MOST_PIXELS)
    assert not thumbnails.exist(bytes(32))
    with source.open("rb") as file:
        assert thumbnails.make_missing(file, bytes(32))
        assert not thumbnails.make_missing(file, bytes(32))
    assert not list(library.rglob("*.part"))
    for width in WIDTHS:
        Image.open(io.BytesIO(thumbnails.path(bytes(32), width).read_bytes())).load()


def test_what_kills_left_is_cleared_and_what_is_being_written_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    thumbnails = Thumbnails(tmp_path / "library", MOST_PIXELS)
    digest, opener = add(tmp_path, (3, 5, 7))
    folder = thumbnails.path(digest, 320).parent
    folder.mkdir(parents=True)
    (folder / f"{'a' * 64}-640.part").write_bytes(b"RIFF half")
    clearing = ThreadPoolExecutor(1)
    cleared = []
    replace = Path.replace

    def while_cleared(part: Path, target: Path) -> None:
        cleared.append(clearing.submit(thumbnails.clear_unfinished))
        wait_until(lambda: cleared[0].done() or is_waited_for(folder), "it waits, or is done")
        replace(part, target)

    monkeypatch.setattr(Path, "replace", while_cleared)
    with clearing:
        ThumbnailDemand(thumbnails).get(opener, digest, 320)
    assert [each.result() for each in cleared] == [1, 0]
    assert {path.name for path in folder.iterdir()} == {
        thumbnails.path(digest, width).name for width in WIDTHS
    }


def is_waited_for(folder: Path) -> bool:
    """Whether a lock on it is asked for that another holder has."""
    waiting = [line for line in Path("/proc/locks").read_text().splitlines() if "->" in line]
    return any(f":{folder.stat().st_ino} " in line for line in waiting)
