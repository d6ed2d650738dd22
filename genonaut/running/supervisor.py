"""Runs the parts of `genonaut up` as processes: starts, restarts and stops them."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog

from genonaut.embedded.parent import dies_with_parent
from genonaut.running.listening import LISTENER_VARIABLE
from genonaut.running.output import say

POLL_SECONDS = 0.2
STOP_SECONDS = 10.0
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Part:
    """What to run: `genonaut NAME --env ENV`. Each line that it prints goes to `on_line`."""

    name: str
    environment: str
    on_line: Callable[[str], None] = say
    listener: socket.socket | None = None

    def start(self) -> subprocess.Popen[str]:
        """Start it in a session of its own, so that Ctrl-C reaches only us."""
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "genonaut", self.name, "--env", self.environment],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            **self._with_listener(),
            preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 - it only calls the kernel
        )

    def _with_listener(self) -> dict[str, Any]:
        # The listening socket stays open while the API restarts: clients wait, none is refused.
        if self.listener is None:
            return {}
        number = self.listener.fileno()
        return {"pass_fds": [number], "env": os.environ | {LISTENER_VARIABLE: str(number)}}

    def read(self, process: subprocess.Popen[str]) -> None:
        """Pass on what a process of it prints, until that ends."""
        if process.stdout:
            with process.stdout as lines:
                for line in lines:
                    self.on_line(line.rstrip("\n"))


class PartProcess:
    """The process of a part, which is restarted when it dies."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._started = 0.0
        self._start_after = 0.0
        self._pause = FIRST_PAUSE_SECONDS

    def keep_running(self) -> None:
        """Start it, and restart it if it died, after a pause that grows as long as it dies."""
        now = time.monotonic()
        if self._process is None:
            if now >= self._start_after:
                self._start(now)
            return
        code = self._process.poll()
        if code is None:
            return
        steady = now - self._started > STEADY_SECONDS
        self._pause = FIRST_PAUSE_SECONDS if steady else min(self._pause * 2, LONGEST_PAUSE_SECONDS)
        self._start_after = now + self._pause
        self._process = None
        log.warning("process died", part=self._part.name, code=code, restart_in_seconds=self._pause)

    def _start(self, now: float) -> None:
        self._started = now
        self._process = self._part.start()
        self._reader = threading.Thread(target=self._part.read, args=(self._process,), daemon=True)
        self._reader.start()

    def terminate(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def wait_until_ended(self, deadline: float) -> None:
        if self._process is None:
            return
        try:
            self._process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._reader:
            self._reader.join(1.0)


class Supervisor:
    """Keeps parts running. `every_poll` is called several times a second."""

    def __init__(self, every_poll: Callable[[], None]) -> None:
        self._every_poll = every_poll
        self._processes: list[PartProcess] = []

    def add(self, part: Part) -> None:
        """Run a part as well; it is started by the next poll."""
        self._processes.append(PartProcess(part))

    def run(self) -> None:
        """Until an exception (Ctrl-C, SIGTERM) ends this; then stop all parts."""
        try:
            while True:
                for process in self._processes:
                    process.keep_running()
                self._every_poll()
                time.sleep(POLL_SECONDS)
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)  # we are stopping already
            self._stop()

    def _stop(self) -> None:
        deadline = time.monotonic() + STOP_SECONDS
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait_until_ended(deadline)
