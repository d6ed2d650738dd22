"""wrk, a load generator in C, beside which ours is calibrated, if it is installed."""

import re
import shutil
import signal
import subprocess

from benchmarks.side_by_side.processes import LoadError
from genonaut.embedded.parent import dies_with_parent

PROGRAM = "wrk"
_PER_SECOND = re.compile(r"^Requests/sec:\s+([0-9.]+)$", re.MULTILINE)
_FAILED = re.compile(r"Non-2xx|Socket errors")
_PATIENCE_SECONDS = 60.0


def is_installed() -> bool:
    """Whether the machine has it."""
    return shutil.which(PROGRAM) is not None


def requests_per_second(port: int, path: str, connections: int, seconds: int) -> float:
    """What it measures with so many connections, from one thread.

    Raises:
        LoadError: it failed, or a response was no success.
    """
    url = f"http://127.0.0.1:{port}{path}"
    done = subprocess.run(
        [PROGRAM, "-t1", f"-c{connections}", f"-d{seconds}s", url],
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds + _PATIENCE_SECONDS,
        preexec_fn=dies_with_parent(signal.SIGKILL),
    )
    found = _PER_SECOND.search(done.stdout)
    if done.returncode or not found or _FAILED.search(done.stdout):
        raise LoadError(f"{PROGRAM} failed: {(done.stderr or done.stdout).strip()}")
    return float(found[1])
