"""Signals that end a command: also one that comes at a moment when Python would lose it."""

import signal
import sys
from types import FrameType
from typing import NoReturn

AGAIN_SECONDS = 0.05


def exit_on(*numbers: signal.Signals) -> None:
    """Have these signals end the command as if it were done, with everything cleaned up."""
    for number in numbers:
        signal.signal(number, _exit)
    raise_again_what_is_lost()


def raise_again_what_is_lost() -> None:
    """Let no finalizer swallow the end of the command.

    Python runs a signal's handler wherever the main thread happens to be. Is that a finalizer or
    the callback of a weak reference, then what the handler raises is printed and forgotten
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
        signal.setitimer(signal.ITIMER_REAL, AGAIN_SECONDS)

    sys.unraisablehook = hook


def _exit(_number: int, _frame: FrameType | None) -> NoReturn:
    signal.setitimer(signal.ITIMER_REAL, 0)  # what would be raised again is raised now
    sys.exit(0)
