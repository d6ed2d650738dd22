"""Names of workers: no two on a host have the same, for Celery and Flower know them by it.

Celery's own names have the host only. A process number in the name would have Flower list each
worker that ever ran, so a worker takes the lowest number that is free.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from genonaut.config import Settings
from genonaut.embedded.folder import make_home, unusable
from genonaut.embedded.locks import FileLock
from genonaut.errors import AlreadyRunningError, UsageError

MOST_WORKERS: Final = 1000
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


@contextmanager
def worker_name(settings: Settings, wanted: str | None) -> Iterator[str]:
    """A name that this process has alone in its home: the wanted one, or one with a number.

    The kernel releases it with the process. Another account of this machine cannot take it.

    Raises:
        UsageError: the wanted one is not a name.
        AlreadyRunningError: another worker has it.
        ServerStartError: the home cannot be written to.
    """
    if wanted is not None and not _NAME.fullmatch(wanted):
        raise UsageError(
            f"A worker cannot be called {wanted!r}: use up to 64 letters, digits, dots, dashes and "
            "underscores. The host is added."
        )
    make_home(settings.home)
    numbered = f"genonaut-{settings.gallery_name}"
    names = [wanted] if wanted else [f"{numbered}-{n}" for n in range(1, MOST_WORKERS + 1)]
    for name in names:
        with _lock(settings, name) as lock:
            if lock.try_exclusive():
                yield f"{name}@%h"
                return
    raise AlreadyRunningError(
        f"Another worker here is called {names[-1]}: choose another --name, or leave it out."
    )


def _lock(settings: Settings, name: str) -> FileLock:
    try:
        return FileLock(settings.home / f"worker-{name}")
    except OSError as error:
        raise unusable(error) from error
