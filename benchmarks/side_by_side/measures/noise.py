"""The noise of the machine: how much the same work differs, before anything of ours is measured."""

import os
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks.side_by_side.report.results import Figure
from benchmarks.side_by_side.report.tables import FiguresTable, Section
from benchmarks.side_by_side.report.targets import Target
from benchmarks.side_by_side.run import Run

STEPS = 1_000_000
WHO = "the machine"

TARGETS: dict[str, Target] = {}
SECTION = Section(
    "Noise",
    "The same piece of work again and again, on all processors at once, before anything else. What "
    "it differs by, no figure on this page can know better. *Taken by others* is the share of the "
    "processors' time that other processes and other machines on the same host used meanwhile.",
    (
        FiguresTable(
            "The same work, by all processors at once",
            {
                "milliseconds": Figure("noise", "milliseconds", ",.1f"),
                "slowest / fastest processor": Figure("noise", "ratio", ",.2f"),
                "taken by others, %": Figure("noise", "others_percent", ",.1f"),
            },
        ),
    ),
)


def measure(run: Run) -> None:
    """The same work on each processor, some rounds."""
    processors = len(os.sched_getaffinity(0))
    with ProcessPoolExecutor(processors, mp_context=get_context("spawn")) as pool:
        list(pool.map(_work, [1] * processors))  # so that all of them have started
        for number in range(run.profile.noise_rounds):
            run.status(f"the machine's noise, round {number + 1}")
            before, began = _busy_seconds(), time.perf_counter()
            took, used = zip(*pool.map(_work, [STEPS] * processors), strict=True)
            passed = time.perf_counter() - began
            others = _busy_seconds() - before - sum(used)
            run.record(
                "noise",
                WHO,
                round=number,
                milliseconds=max(took) * 1000,
                ratio=max(took) / min(took),
                others_percent=100 * max(0.0, others) / (passed * processors),
            )


def _work(steps: int) -> tuple[float, float]:
    """How long so many steps took, and the processor's part of it, in seconds."""
    began, used = time.perf_counter(), time.process_time()
    total = 0
    for step in range(steps):
        total += step
    return time.perf_counter() - began, time.process_time() - used


def _busy_seconds() -> float:
    """What all processors have worked since the machine's start, and what its host took away."""
    names = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
    line = Path("/proc/stat").read_text(encoding="ascii").split(maxsplit=1)[1].splitlines()[0]
    ticks = dict(zip(names, map(int, line.split()), strict=False))
    waiting = ticks["idle"] + ticks["iowait"]
    return (sum(ticks.values()) - waiting) / os.sysconf("SC_CLK_TCK")
