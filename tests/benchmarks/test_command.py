"""The benchmark's command: its options, drawing again, and being interrupted."""

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
import typer

from benchmarks.side_by_side.__main__ import app, main
from benchmarks.side_by_side.measures import MEASURES
from tests.benchmarks.tiny import TINY
from tests.support.processes import environment, nothing_left
from tests.support.waiting import PATIENCE_SECONDS, wait_until

CHECKOUT = Path(__file__).parents[2]


@pytest.mark.parametrize("option", ["--only", "--measure"])
def test_an_unknown_name_is_refused(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([option, "unknown"])
    assert ended.value.code == 2
    assert "'unknown': use " in capsys.readouterr().err


def test_every_option_and_every_measure_is_documented() -> None:
    text = (CHECKOUT / "docs/benchmark.md").read_text(encoding="utf-8")
    options = [each.opts[0] for each in typer.main.get_command(app).params]
    assert [name for name in [*options, *MEASURES] if f"`{name}" not in text] == []


def test_redrawing_needs_only_the_raw_figures(tmp_path: Path) -> None:
    raw = {"commit": "c", "started": "s", "minutes": 1, "machine": {}, "versions": {}}
    (tmp_path / "results.json").write_text(
        json.dumps(raw | {"profile": asdict(TINY), "records": []}), encoding="utf-8"
    )
    with pytest.raises(SystemExit) as ended:
        main(["--redraw", "--output", str(tmp_path)])
    assert not ended.value.code
    assert "not measured in this run" in (tmp_path / "RESULTS.md").read_text()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for temporary files that the servers' account can reach."""
    with tempfile.TemporaryDirectory(prefix="genonaut-test-") as name:
        Path(name).chmod(0o711)
        yield Path(name)
        nothing_left(Path(name))


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """The command in the background, with its temporary files and its `stderr` in the folder."""
    with (
        (folder / "stderr").open("w") as stderr,
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.side_by_side", *arguments],
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
@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGINT, 130),
        pytest.param(signal.SIGTERM, 0, marks=pytest.mark.long),
        pytest.param(signal.SIGKILL, -signal.SIGKILL, marks=pytest.mark.long),
    ],
)
def test_an_interrupted_run_leaves_nothing_running(
    folder: Path, number: signal.Signals, code: int
) -> None:
    results = folder / "results"
    arguments = ["--quick", "--rows", "2000", "--only", "none", "--measure", "read"]
    with running(folder, *arguments, "--output", str(results)) as process:
        wait_until(lambda: list(folder.glob("genonaut-bench-*/*.load.serve.log")), "it serves")
        process.send_signal(number)
        assert process.wait(PATIENCE_SECONDS) == code
    assert "Traceback" not in (folder / "stderr").read_text()
    for home in folder.glob("genonaut-bench-*"):
        nothing_left(home)
    nothing_left(folder)
    assert not results.exists()
