"""Real servers for the tests: the embedded PostgreSQL, and Debian's when it is installed."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from genonaut.config import Settings, load_settings
from genonaut.db.counts import COUNTS
from genonaut.db.session import Database, open_database
from tests.support.api import OpenApi, running_api
from tests.support.chromium import CHROMIUM

# A busy machine is not a fault: nothing here is judged by the time that it takes.
hypothesis_settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("untimed")

DEBIAN = Path("/usr/lib/postgresql/15/bin")
SERVERS = ["embedded", "debian-15"]


def pytest_report_header() -> list[str]:
    debian = "found" if DEBIAN.exists() else "NOT FOUND: its half of the suite is skipped"
    browser = CHROMIUM or "NOT FOUND: the tests of the pages in a browser are skipped"
    return [
        f"PostgreSQL: the embedded one, and Debian's 15 ({debian})",
        f"Chromium: {browser}",
    ]


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A GENONAUT_HOME that a server's account can reach (pytest's own folders are private)."""
    folder = Path(tempfile.mkdtemp(prefix="genonaut-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def open_server(home: Path) -> Iterator[Callable[[str], tuple[Settings, Database]]]:
    """Opens a test database on one of SERVERS; each is started once and lives until the end."""
    opened: dict[str, tuple[Settings, Database]] = {}
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        for variable in ("DATABASE_URL", "DB_HOST", "DB_NAME", "GENONAUT_ENV", "GENONAUT_HOME"):
            patch.delenv(variable, raising=False)

        def open_one(name: str) -> tuple[Settings, Database]:
            if name not in opened:
                settings = load_settings("test").model_copy(update={"home": home / name})
                with pytest.MonkeyPatch.context() as choice:
                    if name == "debian-15":
                        choice.setenv("GENONAUT_POSTGRES_BIN", str(DEBIAN))
                    database = stack.enter_context(open_database(settings, pool_size=40))
                opened[name] = settings, database
            return opened[name]

        yield open_one


@pytest.fixture(scope="session")
def open_api(open_server: object) -> Iterator[OpenApi]:
    """Opens the API on a database; each is started once and lives until the end.

    That is before the servers' end, and so they are asked for.
    """
    opened: dict[tuple[str, Database], httpx.Client] = {}
    with ExitStack() as stack:

        def open_one(settings: Settings, database: Database) -> httpx.Client:
            key = settings.model_dump_json(), database
            if key not in opened:
                opened[key] = stack.enter_context(running_api(settings, database))
            opened[key].cookies.clear()
            return opened[key]

        yield open_one


@pytest.fixture(params=SERVERS)
def server(
    request: pytest.FixtureRequest, open_server: Callable[[str], tuple[Settings, Database]]
) -> tuple[Settings, Database]:
    """The settings and the database of each server in turn."""
    if request.param == "debian-15" and not DEBIAN.exists():
        pytest.skip("Debian's PostgreSQL 15 is not on this machine (apt-get install postgresql-15)")
    return open_server(request.param)


@pytest.fixture
def settings(server: tuple[Settings, Database]) -> Settings:
    return server[0]


@pytest.fixture
def database(server: tuple[Settings, Database]) -> Database:
    """An empty database with the current schema, whose counts were never built."""
    database = server[1]
    with database.transaction() as session:
        connection = session.connection()
        connection.exec_driver_sql("TRUNCATE users, tags CASCADE")
        for name in COUNTS:
            connection.exec_driver_sql(f"TRUNCATE {name}_refreshes, {name}_deltas")
    return database


@pytest.fixture(autouse=True)
def _no_stray_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own environment must not reach the tests."""
    for variable in [name for name in os.environ if name.startswith(("DB_", "API_", "GENONAUT_"))]:
        monkeypatch.delenv(variable)
    monkeypatch.delenv("DATABASE_URL", raising=False)
