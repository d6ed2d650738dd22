"""Processes that end when the process that started them is gone, even killed."""

import ctypes
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL, Signals

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def dies_with_parent(death_signal: Signals) -> Callable[[], None]:
    """A `preexec_fn`: the kernel will send the child a signal when this process is gone.

    Call it in the parent. A change of account before the function runs does no harm; one after it
    would undo it.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def arrange() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:  # too late, the parent is gone already
            os._exit(1)

    return arrange


def die_with_parent(death_signal: Signals) -> None:
    """The same for this process, which runs already."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(death_signal))


def adopt_orphans() -> None:
    """From now on, a descendant whose parent dies becomes a child of this process."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1)


def kill_children() -> None:
    """Kill this process's children and the orphans they leave, and wait until all are gone."""
    while children := _children():
        for child in children:
            os.kill(child, SIGKILL)
            os.waitpid(child, 0)


def _children() -> list[int]:
    processes = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]
    return [process for process in processes if _parent_of(process) == os.getpid()]


def _parent_of(process: int) -> int:
    with suppress(OSError):
        # The name, which comes before it in parentheses, may contain anything.
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    return 0
