"""The benchmark's command: what it is called with, how it is interrupted, drawing again."""

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import pytest

from benchmarks.side_by_side.profiles import TINY
from tests.support.processes import environment, nothing_left
from tests.support.waiting import PATIENCE_SECONDS, wait_until

COMMAND = [sys.executable, "-m", "benchmarks.side_by_side"]
CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for temporary files, which the servers' account can reach."""
    with tempfile.TemporaryDirectory(prefix="genonaut-test-") as name:
        Path(name).chmod(0o711)
        yield Path(name)
        nothing_left(Path(name))


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=CHECKOUT,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """The command in the background, with its temporary files and its `stderr` in the folder."""
    with (
        (folder / "stderr").open("w") as stderr,
        subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=CHECKOUT,
            env=environment(folder, TMPDIR=str(folder)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_run_leaves_nothing_running(folder: Path, number: signal.Signals) -> None:
    arguments = ["--quick", "--rows", "2000", "--measure", "read"]
    arguments += ["--output", str(folder / "results")]
    with running(folder, *arguments) as process:
        wait_until(lambda: list(folder.glob("genonaut-bench-*/*.serve.log")), "it serves")
        process.send_signal(number)
        process.wait(PATIENCE_SECONDS)
    assert "Traceback" not in (folder / "stderr").read_text()
    for home in folder.glob("genonaut-bench-*"):
        nothing_left(home)
    nothing_left(folder)
    assert not (folder / "results").exists()


@pytest.mark.parametrize("option", ["--only", "--measure"])
def test_an_unknown_name_is_refused(folder: Path, option: str) -> None:
    done = run(folder, option, "unknown")
    assert done.returncode == 2
    assert "'unknown': use " in done.stderr


def test_redrawing_needs_only_the_raw_figures(folder: Path) -> None:
    raw = {"commit": "c", "started": "s", "minutes": 1, "machine": {}, "versions": {}}
    (folder / "results.json").write_text(
        json.dumps(raw | {"profile": asdict(TINY), "records": []}), encoding="utf-8"
    )
    done = run(folder, "--redraw", "--output", str(folder))
    assert (done.returncode, done.stderr) == (0, "")
    assert "not measured in this run" in (folder / "RESULTS.md").read_text()
