"""Time from nothing to the first true number."""

import signal
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

from benchmarks.side_by_side.gallery import Four
from benchmarks.side_by_side.load.readers import ROUTE, beginning
from benchmarks.side_by_side.processes import (
    LoadError,
    end,
    environment_without_settings,
)
from benchmarks.side_by_side.proof import WrongAnswerError
from benchmarks.side_by_side.report.results import Figure
from benchmarks.side_by_side.report.tables import Section, Table
from benchmarks.side_by_side.report.targets import Target
from benchmarks.side_by_side.run import Run
from genonaut.embedded.parent import dies_with_parent
from genonaut.embedded.server import free_port

TARGETS: dict[str, Target] = {}
SECTION = Section(
    "Cold start",
    "*test* starts with an empty gallery, *demo* makes 120,000 items first.",
    (
        Table(
            "Seconds from `genonaut up` in an empty folder to the first true number",
            Figure("start", "seconds", ",.1f"),
            "environment",
        ),
    ),
)
PATIENCE_SECONDS = 120.0
STOP_SECONDS = 30.0
# The first numbers of `genonaut up`: an empty gallery's, and the demo's.
FIRST_NUMBERS: dict[str, Four] = {"test": (0, 0, 0, 0), "demo": (0, 0, 20_000, 100_000)}


def measure(run: Run) -> None:
    """Cold starts of everything, in an empty folder."""
    for kind in run.contestants:
        if kind.is_ours:
            for environment in run.profile.cold_starts:
                run.status(f"from nothing to the first true number: {environment}")
                for number in range(run.profile.rounds):
                    seconds = _cold_start(kind.name, environment)
                    run.record(
                        "start", kind.name, environment=environment, round=number, seconds=seconds
                    )


def _cold_start(name: str, environment: str) -> float:
    """Seconds from `genonaut up` in an empty folder to the right numbers."""
    with tempfile.TemporaryDirectory(prefix="genonaut-bench-") as home:
        Path(home).chmod(0o711)  # the servers' account has to pass
        port = free_port()
        variables = {"GENONAUT_HOME": home, "API_PORT": str(port), "FLOWER_PORT": str(free_port())}
        started = time.perf_counter()
        with subprocess.Popen(
            [sys.executable, "-P", "-m", "genonaut", "up", "--env", environment],
            env=environment_without_settings() | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
            preexec_fn=dies_with_parent(signal.SIGKILL),  # noqa: PLW1509 - it only calls the kernel
        ) as process:
            try:
                body = _first_body(port, process)
                seconds = time.perf_counter() - started
            finally:
                end(process, STOP_SECONDS)
    if not body.startswith(beginning(FIRST_NUMBERS[environment])):
        raise WrongAnswerError(name, f"began with the response {body}")
    return seconds


def _first_body(port: int, process: subprocess.Popen[str]) -> str:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)) as client:
                client.request("GET", ROUTE)
                return client.getresponse().read().decode()
        except OSError:
            time.sleep(0.01)
    raise LoadError("`genonaut up` does not answer.")
