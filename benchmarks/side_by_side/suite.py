"""The whole run: who, what, where, and the raw figures."""

import importlib.metadata
import os
import platform
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.side_by_side import (
    measure_cost,
    measure_page,
    measure_read,
    measure_refresh,
    measure_truth,
    measure_write,
)
from benchmarks.side_by_side.contestants import CONTESTANTS, Contestant
from benchmarks.side_by_side.profiles import Profile
from benchmarks.side_by_side.run import Run
from benchmarks.side_by_side.stage import Stage
from genonaut import __version__
from genonaut.config import CHECKOUT

# Writing is first: it takes the smallest gallery, and the largest fills the memory with its pages.
MEASURES: dict[str, Callable[[Run], None]] = {
    "write": measure_write.measure,
    "truth": measure_truth.measure,
    "read": measure_read.measure,
    "refresh": measure_refresh.measure,
    "page": measure_page.measure,
    "cost": measure_cost.measure,
}
PACKAGES = ("fastapi", "uvicorn", "uvloop", "psycopg", "sqlalchemy", "redis")


def perform(
    profile: Profile,
    *,
    contestants: Sequence[str] = tuple(CONTESTANTS),
    measures: Sequence[str] = tuple(MEASURES),
    say: Callable[[str], None] = lambda _: None,
    on_measured: Callable[[str, int], None] = lambda _name, _seconds: None,
    planted: str | None = None,
) -> dict[str, Any]:
    """Measure, and return the raw figures; nothing is left running, whatever happens.

    Raises:
        WrongAnswerError: a contestant gave a wrong answer.
        LoadError: a program that makes load failed.
        ServerStartError: a server does not start.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    kinds: list[type[Contestant]] = [CONTESTANTS[name] for name in contestants]
    with Stage(say) as stage:
        run = Run(stage, profile, kinds, say, planted)
        versions = _versions(stage)
        took = {}
        for name in measures:
            began = time.monotonic()
            MEASURES[name](run)
            took[name] = round(time.monotonic() - began)
            on_measured(name, took[name])
    return {
        "commit": _commit(),
        "started": f"{started:%Y-%m-%d %H:%M} UTC",
        "minutes": (time.monotonic() - clock) / 60,
        "seconds": took,
        "profile": asdict(profile),
        "machine": _machine(),
        "versions": versions,
        "records": run.records,
    }


def _commit() -> str:
    """What was measured: the commit, or the version of an installed package."""
    git = ["git", "-C", str(CHECKOUT)]
    try:
        commit = subprocess.check_output([*git, "rev-parse", "--short=12", "HEAD"], text=True)
        changed = subprocess.check_output([*git, "status", "--porcelain", "-uno"], text=True)
    except (OSError, subprocess.CalledProcessError):
        return f"version {__version__}"
    return commit.strip() + (" with changes" if changed.strip() else "")


def _machine() -> dict[str, str]:
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": _processor(),
        "processors": str(len(os.sched_getaffinity(0))),
        "memory": f"{pages / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release().split('-')[0]}, {platform.machine()}",
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else "unknown"


def _versions(stage: Stage) -> dict[str, str]:
    with stage.connect() as connection, stage.redis() as valkey:
        row = connection.execute("SHOW server_version").fetchone()
        found = {
            "Genonaut": __version__,
            "Python": platform.python_version(),
            "PostgreSQL": str(row[0]) if row else "unknown",
            "Valkey": str(valkey.info("server").get("valkey_version", "unknown")),
        }
    return found | {name: importlib.metadata.version(name) for name in PACKAGES}
