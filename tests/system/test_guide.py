"""docs/add-a-count.md does what it says, as it is written there."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.guide import blocks
from tests.support.processes import environment

CHECKOUT = Path(__file__).parent.parent.parent
MOST_LINES = 15


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package and its configuration, changed as the guide says."""
    folder = tmp_path / "copy"
    for part in ("genonaut", "config"):
        shutil.copytree(CHECKOUT / part, folder / part)
    python, schedule = blocks("python"), blocks("json")["celery.beat-schedule"]
    declared = folder / "genonaut" / "db" / "counts.py"
    code = declared.read_text()
    before = re.search(r"^COUNTS = .*\n", code, re.MULTILINE)
    assert before
    added = python["genonaut/db/counts.py"] + "\n" + python["COUNTS"]
    declared.write_text(code.replace(before.group(), added))
    for title, text in python.items():
        if "/versions/" in title:
            (folder / title).write_text(text)
    settings = folder / "config" / "base.json"
    entry = '"beat-schedule": {'
    settings.write_text(settings.read_text().replace(entry, f"{entry}\n{schedule}"))
    json.loads(settings.read_text())
    return folder


@pytest.fixture
def run(copy: Path, home: Path) -> Iterator["Shell"]:
    place = home / f"guide-{copy.parent.name}"
    yield Shell(copy, place)
    shutil.rmtree(place, ignore_errors=True)


class Shell:
    """Runs the guide's commands in the copy, with the copy's code."""

    def __init__(self, copy: Path, home: Path) -> None:
        self._copy = copy
        self._environment = environment(home) | {
            "GENONAUT_ENV": "test",
            "GENONAUT_CONFIG_DIR": str(copy / "config"),
            "PYTHONPATH": str(copy),
        }

    def __call__(self, script: str) -> str:
        script = script.replace("genonaut ", f"{sys.executable} -m genonaut ")
        done = subprocess.run(
            ["sh", "-ec", script],
            cwd=self._copy,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def test_the_count_takes_few_lines() -> None:
    python, schedule = blocks("python"), blocks("json")["celery.beat-schedule"]
    added = python["genonaut/db/counts.py"] + python["COUNTS"] + schedule
    assert len(added.splitlines()) <= MOST_LINES


def test_the_guide_adds_a_count(run: Shell) -> None:
    shell = blocks("sh")
    run(shell["migration"])
    run("genonaut db upgrade")
    run("genonaut seed --users 5 --regular 40 --auto 60")
    printed = run(shell["proof"])
    assert "All is well." in printed
    assert re.search(r"ok   content_type +counts +All \d+ counts equal a recount\.", printed)
    assert re.search(r"Community +image +100", printed)
    refreshed = json.loads(run("genonaut stats refresh content_type --json"))
    assert refreshed["content_type"]["outcome"] == "exact"
    assert refreshed["content_type"]["totals"] == {"image": 100}
    assert "All is well." in run("genonaut stats check")


def test_its_task_is_scheduled_and_its_metrics_are_there(run: Shell) -> None:
    code = """
from genonaut.config import load_settings
from genonaut.db.counts import COUNTS
from genonaut.worker.schedules import beat_schedule
from genonaut.worker.tasks import REFRESHES
entry = beat_schedule(load_settings())["refresh-content-types"]
assert entry["task"] == REFRESHES["content_type"].name, entry
print(*COUNTS)
"""
    printed = run(f"{sys.executable} -c '{code}'")
    assert printed.split() == ["gen_source", "tag_cardinality", "content_type"]
