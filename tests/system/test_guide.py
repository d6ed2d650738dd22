"""docs/add-a-count.md does what it says, as it is written there."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from genonaut.db.counts import COUNTS
from tests.support.console import examples
from tests.support.guide import GUIDE, blocks
from tests.support.processes import Holder, environment
from tests.support.servers import QUICK, copy_server

CHECKOUT = Path(__file__).parent.parent.parent
MOST_LINES = 15


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package and its configuration."""
    folder = tmp_path / "copy"
    for part in ("genonaut", "config"):
        shutil.copytree(CHECKOUT / part, folder / part)
    return folder


def change(folder: Path) -> None:
    """Change the files of the copy as the guide says."""
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


@pytest.fixture
def run(copy: Path, home: Path, prepared: Path) -> Iterator["Shell"]:
    """Runs them while another process holds the server: so it starts only once."""
    place = home / f"guide-{copy.parent.name}"
    copy_server(prepared, place, QUICK)
    with Holder(place) as holder:
        holder.address()
        yield Shell(copy, place)
        holder.let_go()
    shutil.rmtree(place, ignore_errors=True)


class Shell:
    """Runs the guide's commands in the copy, with the copy's code."""

    def __init__(self, copy: Path, home: Path) -> None:
        self._copy = copy
        self._environment = environment(home) | {
            "GENONAUT_ENV": "demo",
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


def test_the_guide_adds_a_count_to_a_gallery(copy: Path, run: Shell) -> None:
    run("genonaut seed --users 5 --regular 40 --auto 60")
    change(copy)
    run(blocks("sh")["migration"])
    for example in examples(GUIDE):
        assert example.difference(run(example.command)) == ""
    refreshed = json.loads(run("genonaut stats refresh content_type --json"))
    assert refreshed["content_type"]["outcome"] == "exact"
    assert refreshed["content_type"]["totals"] == {"image": 100}
    assert "All is well." in run("genonaut stats check")


def test_its_task_is_scheduled_and_its_metrics_are_there(copy: Path, run: Shell) -> None:
    change(copy)
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
    assert printed.split() == [*COUNTS, "content_type"]
