"""The whole run: every measure on one stage, and the raw figures with what they depend on."""

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

from benchmarks.side_by_side.contestants.everyone import CONTESTANTS
from benchmarks.side_by_side.measures import MEASURES
from benchmarks.side_by_side.profiles import Profile
from benchmarks.side_by_side.run import Run
from benchmarks.side_by_side.stage import Stage, open_stage
from genonaut import __version__
from genonaut.config_home import CHECKOUT

PACKAGES = ("fastapi", "uvicorn", "uvloop", "psycopg", "sqlalchemy", "redis")


def perform(
    profile: Profile,
    *,
    contestants: Sequence[str] = tuple(CONTESTANTS),
    measures: Sequence[str] = tuple(MEASURES),
    status: Callable[[str], None] = lambda _: None,
    on_measured: Callable[[str, int], None] = lambda _name, _seconds: None,
) -> dict[str, Any]:
    """Measure, and return the raw figures; nothing is left running.

    Raises:
        WrongAnswerError: a contestant gave a wrong answer.
        LoadError: a program that makes load failed.
        ServerStartError: a server does not start.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    with open_stage(status) as stage:
        run = Run(stage, profile, [CONTESTANTS[name] for name in contestants], status)
        versions = _versions(stage)
        took = {}
        for name in measures:
            began = time.monotonic()
            MEASURES[name].measure(run)
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
    git = ["git", "-C", str(CHECKOUT)]
    try:
        commit = subprocess.check_output([*git, "rev-parse", "--short=12", "HEAD"], text=True)
        changed = subprocess.check_output([*git, "status", "--porcelain", "-uno"], text=True)
    except (OSError, subprocess.CalledProcessError):
        return f"unknown (version {__version__})"
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
    row = stage.execute("SHOW server_version")
    with stage.redis() as valkey:
        versions = {
            "Genonaut": __version__,
            "Python": platform.python_version(),
            "PostgreSQL": str(row[0]) if row else "unknown",
            "Valkey": str(valkey.info("server").get("valkey_version", "unknown")),
        }
    return versions | {name: importlib.metadata.version(name) for name in PACKAGES}
