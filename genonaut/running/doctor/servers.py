"""Checks of the servers: database, its schema, roles and clock, the library's roots, the broker."""

import asyncio
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from genonaut.api.monitoring.brokers import broker_probe
from genonaut.api.monitoring.probes import NoAnswerError
from genonaut.broker import broker_url, is_embedded
from genonaut.config import Settings
from genonaut.counting.audit import Finding
from genonaut.db.connections import of_all
from genonaut.db.counts import may_fold
from genonaut.db.parts_of_words import NO_PARTS, has_index
from genonaut.db.session import Database, open_database
from genonaut.embedded.data_folder import has_cluster
from genonaut.embedded.folder import ServerFolder
from genonaut.errors import GenonautError
from genonaut.library.roots import Library
from genonaut.running.doctor.replicas import check_replicas
from genonaut.running.output import number_of

CLOCKS_DIFFER_SECONDS = 5.0
_AVAILABLE = """
    SELECT current_setting('max_connections')::int
           - current_setting('superuser_reserved_connections')::int
           - coalesce(current_setting('reserved_connections', true), '0')::int"""
_ABOUT = """
    SELECT current_setting('server_version'), extract(epoch FROM clock_timestamp()),
           (SELECT version_num FROM alembic_version)"""


def check_database(settings: Settings) -> Iterator[Finding]:
    """It is not changed. An embedded server is started if it has data, and nothing is migrated."""
    try:
        if settings.db.is_embedded and not has_cluster(ServerFolder(settings.home, "postgres")):
            yield Finding("database", True, "There is none yet: `genonaut up` makes it.")
            return
        with open_database(settings, migrate=False) as database:
            yield from _about(database)
            yield _connections(database, settings)
            yield _search(database)
            yield _roots(database, Library.of(settings))
        with open_database(settings, role="counting", migrate=False) as database:
            yield _roles(database)
        yield from check_replicas(settings)
    except (GenonautError, OSError) as error:
        yield Finding("database", False, str(error))


def _about(database: Database) -> Iterator[Finding]:
    with database.transaction() as session:
        version, now, schema = session.connection().exec_driver_sql(_ABOUT).one()
    yield Finding("database", True, f"{database.url.database}, on PostgreSQL {version}.")
    yield Finding("schema", True, f"The schema is at {schema}.")
    ahead = float(now) - time.time()
    detail = f"The database's clock differs from this one's by {abs(ahead):.0f} s"
    if abs(ahead) > CLOCKS_DIFFER_SECONDS:
        yield Finding("clocks", False, f"{detail}: set both by NTP.")
    else:
        yield Finding("clocks", True, f"{detail}.")


def _connections(database: Database, settings: Settings) -> Finding:
    processes, needed = settings.api.processes or 1, of_all(settings)
    worker = "" if settings.lite else " and a worker"
    what = number_of(processes, "API process")
    if settings.db.pooler:
        detail = (
            f"{what}{worker} may open {needed} connections to the pooler, which shares its own."
        )
        return Finding("connections", True, detail)
    with database.transaction() as session:
        available = int(session.connection().exec_driver_sql(_AVAILABLE).scalar_one())
    detail = f"{what}{worker} may open {needed} of the server's {available} connections"
    if needed <= available:
        return Finding("connections", True, f"{detail}.")
    remedy = (
        "lower api.processes (API_PROCESSES) or api.pool-size (API_POOL_SIZE), or put a pooler in "
        "between (db.pooler)"
    )
    if not database.is_embedded:
        remedy = f"raise max_connections there by {needed - available} or more, {remedy}"
    return Finding("connections", False, f"{detail}: {remedy}.")


def _search(database: Database) -> Finding:
    """Nothing is wrong without it, but a large gallery cannot search for all that it could."""
    parts = "Words and parts of words are indexed." if has_index(database) else NO_PARTS
    return Finding("search", True, parts)


def _roles(database: Database) -> Finding:
    user = database.url.username
    if may_fold(database):
        return Finding("roles", True, f"The worker connects as {user!r}, which may fold.")
    detail = (
        f"The worker connects as {user!r}, which may not fold: run `genonaut db roles --apply`, "
        "and set DATABASE_COUNTING_URL to the address of a role that may."
    )
    return Finding("roles", False, detail)


def _roots(database: Database, library: Library) -> Finding:
    with database.transaction() as session:
        roots = library.roots(session.connection())
    away = [name for name, path in roots.items() if not path.is_dir() and name not in library.fixed]
    if away:
        detail = (
            f"The folder of the root {away[0]} is away: mount {roots[away[0]]}, or say where it is "
            f"now with `genonaut library move-root {away[0]} PATH`."
        )
        return Finding("roots", False, detail)
    return Finding("roots", True, f"The folders of all roots are there ({len(roots)}).")


def check_broker(settings: Settings) -> Iterator[Finding]:
    """Whether a named broker answers."""
    if settings.lite:
        yield Finding("broker", True, "None is needed: the API refreshes and folds (lite).")
        return
    if is_embedded(settings):
        yield Finding("broker", True, "The embedded one: `genonaut up` starts it.")
        return
    url = broker_url(settings)
    where = ", ".join(urlsplit(each).netloc.rpartition("@")[2] or "?" for each in url.split(";"))
    try:
        asyncio.run(broker_probe(url).ask())
    except NoAnswerError:
        detail = (
            f"The broker at {where} does not answer: start it, or correct REDIS_URL or "
            "CELERY_BROKER_URL."
        )
        yield Finding("broker", False, detail)
    else:
        yield Finding("broker", True, f"The broker at {where} answers.")
