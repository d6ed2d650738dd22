"""Time from nothing to the first true number."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

from benchmarks.side_by_side.errors import LoadError, WrongAnswerError
from benchmarks.side_by_side.programs import environment_without_settings, free_port
from benchmarks.side_by_side.reading import ROUTE, beginning
from benchmarks.side_by_side.run import Run
from genonaut.embedded.parent import dies_with_parent

PATIENCE_SECONDS = 120.0
STOP_SECONDS = 30.0
# What `genonaut up` answers first: an empty gallery, and the demo's.
FIRST_NUMBERS = {"test": (0, 0, 0, 0), "demo": (0, 0, 20_000, 100_000)}


def measure(run: Run) -> None:
    """Cold starts of everything, in an empty folder."""
    if any(kind.is_ours for kind in run.contestants):
        for environment, numbers in FIRST_NUMBERS.items():
            if environment in run.profile.cold_starts:
                run.say(f"from nothing to the first true number: {environment}")
                for turn in range(run.profile.rounds):
                    run.note(
                        "start",
                        "ours",
                        environment=environment,
                        round=turn,
                        seconds=_cold_start(environment, numbers),
                    )


def _cold_start(environment: str, numbers: tuple[int, int, int, int]) -> float:
    """Seconds from `genonaut up` in an empty folder to the right answer."""
    with tempfile.TemporaryDirectory(prefix="genonaut-bench-") as home:
        Path(home).chmod(0o711)
        port = free_port()
        variables = {"GENONAUT_HOME": home, "API_PORT": str(port), "FLOWER_PORT": str(free_port())}
        started = time.perf_counter()
        with subprocess.Popen(
            [sys.executable, "-P", "-m", "genonaut", "up", "--env", environment],
            env=environment_without_settings() | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=dies_with_parent(signal.SIGKILL),  # noqa: PLW1509 - it only calls the kernel
        ) as process:
            try:
                answer = _first_answer(port, process)
                seconds = time.perf_counter() - started
            finally:
                _stop(process)
    if not answer.startswith(beginning(numbers)):
        raise WrongAnswerError(f"The first answer of `genonaut up` was {answer}.")
    return seconds


def _first_answer(port: int, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)) as client:
                client.request("GET", ROUTE)
                return client.getresponse().read().decode()
        except OSError:
            time.sleep(0.01)
    raise LoadError("`genonaut up` does not answer.")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
