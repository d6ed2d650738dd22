"""What a command costs: processor time and memory, with every process that it starts."""

import ctypes
import os
import resource
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_BECOME_SUBREAPER = 36  # see prctl(2): orphans of our descendants become our children
_SAMPLE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of processor time and of wall time; MB at the peak, of all Python processes."""

    cpu: float
    wall: float
    megabytes: float
    output: str


def spend(*arguments: str) -> Spent:
    """Run a Python command to its end, and that of all that it started.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    ctypes.CDLL(None).prctl(_BECOME_SUBREAPER, 1, 0, 0, 0)
    others = set(_children(os.getpid()))
    before, began = _cpu(), time.perf_counter()
    with _Memory() as memory:
        done = subprocess.run(
            [sys.executable, *arguments], check=True, stdout=subprocess.PIPE, text=True
        )
        wall = time.perf_counter() - began
    while left := set(_children(os.getpid())) - others:
        os.waitpid(left.pop(), 0)
    return Spent(_cpu() - before, wall, memory.most / 1024, done.stdout)


def _cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


class _Memory:
    """Adds up, again and again, what our descendants have to themselves; `most` is in kB."""

    def __init__(self) -> None:
        self.most = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(_SAMPLE_SECONDS):
            self.most = max(self.most, sum(map(_own_memory, _descendants(os.getpid()))))


def _descendants(process: int) -> list[int]:
    children = _children(process)
    return children + [each for child in children for each in _descendants(child)]


def _children(process: int) -> list[int]:
    found = list[int]()
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            found += map(int, children.read_text().split())
    return found


def _own_memory(process: int) -> int:
    """In kB; 0 for PostgreSQL, whose memory does not depend on what is imported."""
    with suppress(OSError):
        folder = Path(f"/proc/{process}")
        if "python" in (folder / "exe").resolve().name:
            lines = (folder / "smaps_rollup").read_text().splitlines()
            return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
    return 0
