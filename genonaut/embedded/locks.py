"""File locks that say who is there. The kernel releases them when a process dies, even killed."""

import fcntl
import os
from pathlib import Path


class FileLock:
    """A `flock`. The open file holds it, so two of them in one process exclude each other."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def shared(self) -> None:
        """Wait until no other holder has it exclusively, then share it."""
        fcntl.flock(self._fd, fcntl.LOCK_SH)

    def exclusive(self) -> None:
        """Wait until there is no other holder, then have it alone."""
        fcntl.flock(self._fd, fcntl.LOCK_EX)

    def try_shared(self) -> bool:
        """Share it, unless another holder has it exclusively."""
        return self._try(fcntl.LOCK_SH)

    def try_exclusive(self) -> bool:
        """Have it alone, unless there is another holder."""
        return self._try(fcntl.LOCK_EX)

    def release(self) -> None:
        fcntl.flock(self._fd, fcntl.LOCK_UN)

    def close(self) -> None:
        os.close(self._fd)

    def fileno(self) -> int:
        """For a process that is to hold it with us: it stays locked until all have closed it."""
        return self._fd

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self._fd, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
