"""Starting Celery's programs with our settings, in this process."""

import os
import warnings
from collections.abc import Callable
from contextlib import suppress

from celery.app.backends import by_url
from celery.platforms import SecurityWarning

from genonaut.broker import broker_url, result_backend
from genonaut.config import Settings, load_settings
from genonaut.db.counts import may_fold
from genonaut.db.session import open_database
from genonaut.errors import ConfigError, DatabaseError, DatabaseUnreachableError
from genonaut.logs import configure_logs
from genonaut.worker.celery_app import app, configuration


def celery_settings(env: str | None) -> Settings:
    """The settings for one of Celery's programs, given to all that runs in this process.

    Raises:
        ConfigError: a setting or a schedule is wrong. Better refused here than logged later.
    """
    app.settings = settings = load_settings(env)
    configuration(settings)
    _require_usable(
        "celery.broker-url", lambda: app.connection_for_write(broker_url(settings)).transport
    )
    _require_usable("celery.result-backend", lambda: _backend(result_backend(settings)))
    configure_logs(settings.log)
    # Running as root is the operator's choice; only JSON is accepted from the queue.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    # A process that does not inherit them reads the same ones.
    os.environ["GENONAUT_ENV"] = settings.environment
    return settings


def _require_usable(key: str, connect: Callable[[], object]) -> None:
    # Nothing is sent yet: only the code for this kind of address is looked up.
    try:
        connect()
    except Exception:  # noqa: BLE001 - Celery has no errors of its own for this
        # Without the cause: it may quote a part of the password.
        raise ConfigError(
            f"{key} is wrong: Celery cannot use such an address; correct what stands before ://, "
            "or install the package that Celery needs for it."
        ) from None


def _backend(url: str) -> object:
    kind, address = by_url(url, app.loader)
    return kind(app=app, url=address)


def require_schema(settings: Settings) -> None:
    """Check the schema of a named database; an embedded one is migrated when it is opened.

    A database that is down is no reason to end: tasks are retried until it is back.

    Raises:
        DatabaseError: the schema is not the current one, or the server refuses us.
    """
    if settings.db.is_embedded:
        return
    with suppress(DatabaseUnreachableError), open_database(settings, role="counting") as database:
        if not may_fold(database):
            raise DatabaseError(
                f"The worker connects as {database.url.username!r}, which may not fold: set "
                "DATABASE_COUNTING_URL to the address of a role that may."
            )


def start_celery(program: str, *arguments: str) -> None:
    """Run `celery PROGRAM ...` until it ends."""
    app.start(["--quiet", program, *arguments])
