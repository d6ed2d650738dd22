"""The watchdog needs the database, and nothing else of ours."""

import subprocess
import sys

from genonaut.config import Settings
from genonaut.db.counts import build_counts
from genonaut.db.session import Database
from tests.support.waiting import PATIENCE_SECONDS

NOBODY = "redis://127.0.0.1:1/0"


def check(database: Database) -> subprocess.CompletedProcess[str]:
    url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    variables = {"DATABASE_URL": url, "REDIS_URL": NOBODY, "CELERY_BROKER_URL": NOBODY}
    command = [sys.executable, "-m", "genonaut", "stats", "check", "--env", "test"]
    return subprocess.run(
        command,
        env=variables,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def test_it_works_and_finds_a_wrong_count_without_a_broker(
    settings: Settings, database: Database
) -> None:
    build_counts(database, "test")
    assert check(database).returncode == 0
    with database.transaction() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO gen_source_stats (source_type, count) VALUES ('auto', 7)"
        )
    found = check(database)
    assert found.returncode == 1
    assert "Community auto: readers get 7, the view shows 7, and there are 0" in found.stdout
