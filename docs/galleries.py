"""The galleries of the screenshots: of the demo's data, and others of what they need."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from genonaut.api.repositories.content_repository import ContentRepository
from genonaut.config import Settings, load_settings
from genonaut.db.counts import build_counts
from genonaut.db.session import Database, open_database
from genonaut.demo.seed import seed
from genonaut.logs import configure_logs
from tests.support.api import running_api

# A demo has existed for a minute. So that there is something to see: what the hourly refreshes of a
# day would have recorded. (The growth of its items is part of the demo.)
PAST_REFRESHES: Final = """
INSERT INTO gen_source_refreshes
    (started_at, duration_seconds, requested_by, outcome, rows_checked)
SELECT moment, 0.08 + 0.02 * random(), 'beat', 'exact', 1002
FROM generate_series(date_trunc('hour', now() - interval '1 day'), now(), '1 hour') AS moment
ORDER BY moment
"""


def fill(database: Database) -> None:
    """The demo's data, and a past."""
    with database.transaction() as session:
        seed(session.connection())
    with database.transaction() as session:
        session.connection().exec_driver_sql(PAST_REFRESHES)
        ContentRepository(session).refresh_gen_source_stats("genonaut seed")
    build_counts(database, "genonaut seed")


@contextmanager
def demo() -> Iterator[str]:
    """The address of a demo of its own, which ends with the `with`."""
    with gallery("demo") as (settings, database):
        fill(database)
        with running_api(settings, database) as client:
            yield str(client.base_url).rstrip("/")


@contextmanager
def unfilled() -> Iterator[str]:
    """The address of a gallery that has no pictures yet, which ends with the `with`."""
    with gallery("dev") as (settings, database):
        build_counts(database, "genonaut up")
        with running_api(settings, database) as client:
            yield str(client.base_url).rstrip("/")


@contextmanager
def gallery(environment: str) -> Iterator[tuple[Settings, Database]]:
    """The settings and the database of a gallery of its own, which ends with the `with`."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        Path(home).chmod(0o711)  # the server's account has to reach it
        settings = load_settings(environment).model_copy(update={"home": Path(home)})
        configure_logs(settings.log.model_copy(update={"level": "warning", "format": "text"}))
        # The owner's: to fill it with the demo takes more than a part of the gallery may.
        with open_database(settings, role="owner", pool_size=settings.api.pool_size) as database:
            yield settings, database
