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
    begun: dict[str, Any] | None = None,
    status: Callable[[str], None] = lambda _: None,
    on_measured: Callable[[str, dict[str, Any]], None] = lambda _name, _raw: None,
) -> dict[str, Any]:
    """Measure, and return the raw figures; nothing is left running.

    `begun` has the figures of a run that was broken off: its measures are not repeated.
    `on_measured` is told each measure that is done, with all figures up to then.

    Raises:
        WrongAnswerError: a contestant gave a wrong answer.
        LoadError: a program that makes load failed.
        ServerStartError: a server does not start.
    """
    with open_stage(status) as stage:
        raw = begun or _nothing_yet(profile, stage)
        kinds = [CONTESTANTS[name] for name in contestants]
        run = Run(stage, profile, kinds, status, records=raw["records"])
        for name in measures:
            if name not in raw["seconds"]:
                began = time.monotonic()
                MEASURES[name].measure(run)
                took = time.monotonic() - began
                raw["seconds"][name] = round(took)
                raw["minutes"] += took / 60
                on_measured(name, raw)
    return raw


def _nothing_yet(profile: Profile, stage: Stage) -> dict[str, Any]:
    return {
        "commit": current_commit(),
        "started": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "minutes": 0.0,
        "seconds": {},
        "profile": asdict(profile),
        "machine": _machine(),
        "versions": _versions(stage),
        "records": [],
    }


def current_commit() -> str:
    """What is measured: a commit, and whether something was changed since."""
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
