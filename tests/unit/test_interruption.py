"""A signal ends a command, wherever Python happens to be when the signal arrives."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.waiting import PATIENCE_SECONDS

# A signal in a weak reference's callback, a finalizer, or just so.
PLACES = {
    "callback": "thing = Thing(); kept = weakref.ref(thing, lambda _: kill()); del thing",
    "finalizer": "Thing.__del__ = lambda _: kill(); Thing()",
    "elsewhere": "kill()",
}
COMMAND = """
import os, signal, time, weakref
from genonaut.running.interruption import exit_on, reraise_lost_exits

class Thing: pass

def kill():
    os.kill(os.getpid(), signal.{number})
    time.sleep(0.1)

# A test run in the background may ignore SIGINT, and its children would as well.
signal.signal(signal.SIGINT, signal.default_int_handler)
{handler}
try:
    {place}
    time.sleep(600)
    print("lost")
finally:
    print("cleaned up")
"""


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("number", "handler", "exit_code"),
    [
        ("SIGTERM", "exit_on(signal.SIGTERM)", 0),
        ("SIGINT", "reraise_lost_exits()", -signal.SIGINT),
    ],
)
def test_a_signal_ends_the_command(place: str, number: str, handler: str, exit_code: int) -> None:
    program = COMMAND.format(number=number, handler=handler, place=PLACES[place])
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert (done.returncode, done.stdout) == (exit_code, "cleaned up\n"), done.stderr
    assert "Exception ignored" not in done.stderr


def test_other_exceptions_in_finalizers_are_reported_as_usual() -> None:
    program = COMMAND.format(
        number="SIGTERM",
        handler="exit_on(signal.SIGTERM)",
        place="Thing.__del__ = lambda _: 1 / 0; Thing(); kill()",
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0
    assert "ZeroDivisionError" in done.stderr


RELOADS = """
import signal
from genonaut.running.interruption import exit_on, on_hangup
exit_on(signal.SIGTERM)
on_hangup(lambda: print("reloaded", flush=True))
print("ready", flush=True)
while True:
    signal.pause()
"""


@contextmanager
def reloading(stdin: int) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", RELOADS], stdin=stdin, stdout=subprocess.PIPE, text=True
    ) as command:
        assert said(command) == "ready"
        yield command
        command.kill()


def said(command: subprocess.Popen[str]) -> str:
    assert command.stdout
    return command.stdout.readline().rstrip("\n")


def test_hanging_up_reloads_and_ends_only_what_was_on_a_terminal_that_is_closed() -> None:
    terminal, stdin = pty.openpty()
    with reloading(stdin) as command:
        os.close(stdin)
        for _ in range(2):
            command.send_signal(signal.SIGHUP)
            assert said(command) == "reloaded"
        os.close(terminal)
        command.send_signal(signal.SIGHUP)
        assert command.wait(PATIENCE_SECONDS) == 0


def test_what_has_no_terminal_reloads_whenever_it_is_asked_to() -> None:
    with reloading(subprocess.DEVNULL) as command:
        command.send_signal(signal.SIGHUP)
        assert said(command) == "reloaded"
