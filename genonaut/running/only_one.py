"""One `genonaut up` for each gallery in a home: a second one would be another worker and beat."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from genonaut.config import Settings
from genonaut.embedded.locks import FileLock
from genonaut.embedded.private import make_folder
from genonaut.errors import AlreadyRunningError, ServerStartError


def refuse_second(settings: Settings) -> None:
    """Makes nothing, so that a command that is refused for another reason leaves nothing.

    Raises:
        AlreadyRunningError: another process serves this gallery.
    """
    file = _file(settings)
    with suppress(OSError):  # what needs the folder says what is wrong with it
        if file.exists():
            _lock(settings).close()


@contextmanager
def only_one(settings: Settings) -> Iterator[Path]:
    """The file in which this process writes its address, for a second one to name.

    Raises:
        AlreadyRunningError: another process was faster.
    """
    try:
        make_folder(settings.home)
        lock = _lock(settings)
    except OSError as error:
        raise ServerStartError(
            f"Cannot write to {settings.home} ({error.strerror}): set GENONAUT_HOME to a folder "
            "that you can write to."
        ) from error
    try:
        file = _file(settings)
        file.write_text("")
        yield file
    finally:
        lock.close()


def address_of_running(settings: Settings) -> str | None:
    """Where a `genonaut up` serves this gallery; None if there is none, or it has yet to begin."""
    file = _file(settings)
    with suppress(OSError):
        if file.exists():
            with FileLock(file) as lock:
                return None if lock.try_shared() else file.read_text().strip() or None
    return None


def _file(settings: Settings) -> Path:
    return settings.home / f"up-{settings.gallery_name}"


def _lock(settings: Settings) -> FileLock:
    lock = FileLock(_file(settings))
    if lock.try_exclusive():
        return lock
    lock.close()
    address = _file(settings).read_text().strip()
    where = f"runs already at {address}" if address else "is starting already"
    raise AlreadyRunningError(
        f"Genonaut {where} ({settings.environment}): use that one, or stop it first."
    )
