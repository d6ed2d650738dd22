"""Runs the parts of `genonaut up` as processes: starts, restarts and stops them.

It stays as long as they do, so it imports little: what logs a death is imported when a part dies.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from genonaut.config import LogSettings
from genonaut.embedded.parent import dies_with_parent
from genonaut.running.listening import LISTENER_VARIABLE
from genonaut.running.output import say

POLL_SECONDS = 0.2
STOP_SECONDS = 10.0
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0


OnDeath = Callable[[str, int, float], None]
"""Called with a part's name, the exit code of its process, and the seconds until it restarts."""


def log_death(part: str, code: int, restart_in_seconds: float) -> None:
    """A part died, and is restarted."""
    import structlog  # noqa: PLC0415 - as above

    log = structlog.get_logger(__name__)
    log.warning("process died", part=part, code=code, restart_in_seconds=restart_in_seconds)


def logged_deaths(settings: LogSettings) -> OnDeath:
    """The same, in a process that has not set up its logs."""

    def log(part: str, code: int, restart_in_seconds: float) -> None:
        from genonaut.logs import configure_logs  # noqa: PLC0415 - as above

        configure_logs(settings)
        log_death(part, code, restart_in_seconds)

    return log


@dataclass(frozen=True)
class Part:
    """What to run: `genonaut NAME --env ENV`. Each line that it prints goes to `on_line`."""

    name: str
    environment: str
    on_line: Callable[[str], None] = say
    listener: socket.socket | None = None
    options: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    """Of its environment, beside ours."""
    stdin: int = subprocess.DEVNULL
    is_wanted: Callable[[], bool] | None = None
    """Whether to start it now; then it may end by itself. None: it always runs."""

    def start(self) -> subprocess.Popen[str]:
        """Start it in a session of its own, so that Ctrl-C reaches only us."""
        command = [self.name, *self.options, "--env", self.environment]
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "genonaut", *command],
            stdin=self.stdin,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            **self._with_listener(),
            preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 - it only calls the kernel
        )

    def _with_listener(self) -> dict[str, Any]:
        variables = os.environ | self.variables
        # The listening socket stays open while the API restarts: clients wait, none is refused.
        if self.listener is None:
            return {"env": variables}
        number = self.listener.fileno()
        return {"pass_fds": [number], "env": variables | {LISTENER_VARIABLE: str(number)}}

    def read(self, process: subprocess.Popen[str]) -> None:
        """Pass on what a process of it prints, until that ends."""
        if process.stdout:
            with process.stdout as lines:
                for line in lines:
                    self.on_line(line.rstrip("\n"))


class PartProcess:
    """The process of a part, which is restarted when it dies."""

    def __init__(self, part: Part, on_death: OnDeath = log_death) -> None:
        self._part = part
        self._on_death = on_death
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._started = 0.0
        self._start_after = 0.0
        self._pause = FIRST_PAUSE_SECONDS
        self._is_restarted = False

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def keep_running(self) -> None:
        """Start it, and restart it if it died, after a pause that grows as long as it dies."""
        now = time.monotonic()
        if self._process is None:
            if now >= self._start_after and (not self._part.is_wanted or self._part.is_wanted()):
                self._start(now)
            return
        code = self._process.poll()
        if code is not None:
            self._process = None
            self._ended(code, now)

    def _ended(self, code: int, now: float) -> None:
        if self._is_restarted:
            self._is_restarted = False
            return
        if self._part.is_wanted and code == 0:
            return  # it has been idle, and waits until it is wanted
        steady = now - self._started > STEADY_SECONDS
        self._pause = FIRST_PAUSE_SECONDS if steady else min(self._pause * 2, LONGEST_PAUSE_SECONDS)
        self._start_after = now + self._pause
        self._on_death(self._part.name, code, self._pause)

    def _start(self, now: float) -> None:
        self._started = now
        self._process = self._part.start()
        self._reader = threading.Thread(target=self._part.read, args=(self._process,), daemon=True)
        self._reader.start()

    def terminate(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def restart(self) -> None:
        """Ask its process to end, and start another one then, as with other settings."""
        self._is_restarted = self.is_running
        self.terminate()

    def leave(self) -> None:
        """Ask its process to end when it has done what it has begun: others have its place."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGHUP)

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


class Kept(Protocol):
    """What a supervisor keeps running: a process, or several."""

    def keep_running(self) -> None: ...
    def terminate(self) -> None: ...
    def wait_until_ended(self, deadline: float) -> None: ...


class Supervisor:
    """Keeps parts running until the end of a `with`.

    `every_poll` is called several times a second.
    """

    def __init__(
        self,
        every_poll: Callable[[], None],
        on_death: OnDeath = log_death,
    ) -> None:
        self._every_poll = every_poll
        self._on_death = on_death
        self._processes: list[Kept] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # we are stopping already
        self._stop()

    def add(self, part: Part) -> PartProcess:
        """Run a part as well; it is started by the next poll."""
        process = PartProcess(part, self._on_death)
        self.keep(process)
        return process

    def keep(self, process: Kept) -> None:
        """Keep this running as well."""
        self._processes.append(process)

    def poll(self) -> None:
        """Start what does not run."""
        for process in self._processes:
            process.keep_running()

    def run(self) -> None:
        """Until an exception (Ctrl-C, SIGTERM) ends this; then stop all parts."""
        with self:
            while True:
                self.poll()
                self._every_poll()
                time.sleep(POLL_SECONDS)

    def _stop(self) -> None:
        deadline = time.monotonic() + STOP_SECONDS
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait_until_ended(deadline)
