"""Signals that end a command, even at a moment when Python would lose them."""

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

RERAISE_AFTER_SECONDS = 0.05


def exit_on(*numbers: signal.Signals) -> None:
    """Make these signals end the command normally: it cleans up and exits with 0."""
    for number in numbers:
        signal.signal(number, _exit)
    reraise_lost_exits()


def on_hangup(reload: Callable[[], None]) -> None:
    """Have SIGHUP reload. But if it comes because our terminal was closed, it ends the command."""
    had_terminal = _has_terminal()

    def handle(number: int, frame: FrameType | None) -> None:
        if had_terminal and not _has_terminal():
            _exit(number, frame)
        reload()

    signal.signal(signal.SIGHUP, handle)


def _has_terminal() -> bool:
    return os.isatty(0)  # of one that was closed, it is no longer true


def reraise_lost_exits() -> None:
    """Keep finalizers from swallowing the end of the command.

    Python runs a signal's handler wherever the main thread happens to be. If that is a finalizer or
    the callback of a weak reference, what the handler raises is printed and dropped
    (`sys.unraisablehook`), and the command goes on. So it is raised once more, a moment later.
    """
    usual = sys.unraisablehook

    def hook(lost: "sys.UnraisableHookArgs") -> None:
        if lost.exc_value is None or isinstance(lost.exc_value, Exception):
            usual(lost)
            return
        again = type(lost.exc_value)(*lost.exc_value.args)

        def raise_again(_number: int, _frame: FrameType | None) -> NoReturn:
            raise again

        signal.signal(signal.SIGALRM, raise_again)
        signal.setitimer(signal.ITIMER_REAL, RERAISE_AFTER_SECONDS)

    sys.unraisablehook = hook


def _exit(_number: int, _frame: FrameType | None) -> NoReturn:
    signal.setitimer(signal.ITIMER_REAL, 0)  # an exit to be raised later is raised now
    sys.exit(0)
