"""Runs the parts of `genonaut up` as processes: starts, restarts and stops them."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
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


@dataclass
class Part:
    """One process: `genonaut NAME --env ENV`. Each line that it prints goes to `on_line`."""

    name: str
    environment: str
    on_line: Callable[[str], None] = say
    listener: socket.socket | None = None
    process: subprocess.Popen[str] | None = None
    started: float = 0.0
    pause: float = FIRST_PAUSE_SECONDS
    start_after: float = 0.0
    _reader: threading.Thread | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches only us."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "genonaut", self.name, "--env", self.environment],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            **self._with_listener(),
            preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 - it only calls the kernel
        )
        self._reader = threading.Thread(target=self._read, args=(self.process,), daemon=True)
        self._reader.start()

    def _with_listener(self) -> dict[str, Any]:
        # The listening socket stays open while the API restarts: clients wait, none is refused.
        if self.listener is None:
            return {}
        number = self.listener.fileno()
        return {"pass_fds": [number], "env": os.environ | {LISTENER_VARIABLE: str(number)}}

    def _read(self, process: subprocess.Popen[str]) -> None:
        if process.stdout:
            with process.stdout as lines:
                for line in lines:
                    self.on_line(line.rstrip("\n"))

    def keep_running(self) -> None:
        """Start it, and restart it if it died, after a pause that grows as long as it dies."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.start_after:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        steady = now - self.started > STEADY_SECONDS
        self.pause = FIRST_PAUSE_SECONDS if steady else min(self.pause * 2, LONGEST_PAUSE_SECONDS)
        self.start_after = now + self.pause
        self.process = None
        log.warning("process died", part=self.name, code=code, restart_in_seconds=self.pause)

    def terminate(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait_until_ended(self, deadline: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self._reader:
            self._reader.join(1.0)


def supervise(parts: list[Part], every_poll: Callable[[], None]) -> None:
    """Keep the parts running until an exception (Ctrl-C, SIGTERM) ends this; then stop them all.

    `every_poll` is called several times a second.
    """
    try:
        while True:
            for part in parts:
                part.keep_running()
            every_poll()
            time.sleep(POLL_SECONDS)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # we are stopping already
        deadline = time.monotonic() + STOP_SECONDS
        for part in parts:
            part.terminate()
        for part in parts:
            part.wait_until_ended(deadline)
