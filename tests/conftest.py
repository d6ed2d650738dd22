"""Real servers for the tests: the embedded PostgreSQL, and Debian's where SQL is the subject."""

import logging
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from genonaut.api.http import attempts
from genonaut.api.monitoring import probes
from genonaut.api.services import duplicate_service, suggestion_service
from genonaut.config import Settings
from genonaut.db.session import Database, open_database
from genonaut.embedded.account import our_account
from tests.support import sampling, servers, slow_line
from tests.support.api import OpenApi, running_api, wait_until_logged
from tests.support.chromium import CHROMIUM
from tests.support.servers import EMBEDDED, SERVERS, make_folder
from tests.support.waiting import PATIENCE_SECONDS

# A busy machine is not a fault: nothing here is judged by the time that it takes.
hypothesis_settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("untimed")

# What gives up after a second or two. Tests of the giving up set a limit of their own.
HURRIES = (
    (attempts, "_PATIENCE_SECONDS"),
    (duplicate_service, "_SECONDS"),
    (probes, "PATIENCE_SECONDS"),
    (suggestion_service, "_SECONDS"),
)
RUN = pytest.StashKey[Path]()
CAPTURING = {"capfd", "capsys"}
OPEN_APIS = 12  # each has threads and takes 20 MB, so not all that a run has ever used stay open
OpenServer = Callable[[str], tuple[Settings, Database]]
OpenApplication = Callable[[Settings], Database]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--postgres",
        choices=(*SERVERS, servers.CITUS),
        default=EMBEDDED,
        help="the server of the tests that are not marked both_servers",
    )
    parser.addoption(
        "--prepared", metavar="FOLDER", help="another run's folder, whose servers are copied"
    )
    sampling.add_option(parser)
    slow_line.add_option(parser)


@pytest.hookimpl(trylast=True)  # after the choice by -m and -k
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    sampling.leave_out(config, items)


def pytest_report_header() -> list[str]:
    debian = "found" if servers.DEBIAN.exists() else "NOT FOUND: what needs it is skipped"
    browser = CHROMIUM or "NOT FOUND: the tests of the pages in a browser are skipped"
    return [
        f"PostgreSQL: the embedded one, and Debian's 15 ({debian})",
        f"Chromium: {browser}",
    ]


# A folder of the whole run, for what is made once. The workers of pytest-xdist are told of it.


def pytest_configure(config: pytest.Config) -> None:
    given = getattr(config, "workerinput", {}).get("run") or config.getoption("prepared")
    config.stash[RUN] = Path(given) if given else make_folder()
    if os.geteuid() == 0:
        our_account()  # which is told of by the first command that needs it


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["run"] = str(node.config.stash[RUN])


def pytest_unconfigure(config: pytest.Config) -> None:
    if not (hasattr(config, "workerinput") or config.getoption("prepared")):
        shutil.rmtree(config.stash[RUN], ignore_errors=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Half of the tests wait for servers most of the time: one more than there are cores."""
    return min(len(os.sched_getaffinity(0)) + 1, 8)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marked = metafunc.definition.get_closest_marker("both_servers")
    if marked and "server" in metafunc.fixturenames:
        embedded, other = SERVERS
        later = [pytest.mark.long] if marked.kwargs.get("later") else []
        both = [embedded, pytest.param(other, marks=later)]
        metafunc.parametrize("server", both, indirect=True)


@pytest.fixture(scope="session")
def run_folder(request: pytest.FixtureRequest) -> Path:
    return request.config.stash[RUN]


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A GENONAUT_HOME of this worker's."""
    folder = make_folder()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def open_server(home: Path, run_folder: Path) -> Iterator[OpenServer]:
    """Opens a test database on one of SERVERS; each is started once and lives until the end."""
    opened: dict[str, tuple[Settings, Database]] = {}
    with ExitStack() as stack:

        def open_one(name: str) -> tuple[Settings, Database]:
            if why := servers.missing(name):
                pytest.skip(why)
            if name not in opened and name == servers.CITUS:
                (home / name).mkdir()
                opened[name] = stack.enter_context(servers.open_server(home / name, name))
            elif name not in opened:
                prepared = servers.prepared_home(run_folder, name)
                servers.copy_server(prepared, home / name, servers.QUICK)
                opened[name] = stack.enter_context(servers.open_server(home / name, name))
                servers.allow_tests(home / name)
            return opened[name]

        yield open_one


@pytest.fixture(scope="session")
def open_application(open_server: object) -> Iterator[OpenApplication]:
    """Opens a server's test database as the application's role does; each once, until the end.

    That is before the servers' end, and so they are asked for.
    """
    opened: dict[Path, Database] = {}
    with ExitStack() as stack:

        def open_one(settings: Settings) -> Database:
            if settings.home not in opened:
                opened[settings.home] = stack.enter_context(open_database(settings, pool_size=40))
            return opened[settings.home]

        yield open_one


@pytest.fixture(scope="session")
def open_api(
    open_application: OpenApplication, request: pytest.FixtureRequest
) -> Iterator[OpenApi]:
    """Opens the API as the application's role; those that were used last stay open for the next."""
    opened: dict[tuple[str, Database], tuple[httpx.Client, ExitStack]] = {}
    line = slow_line.chosen(request.config)

    def open_one(settings: Settings, database: Database) -> httpx.Client:
        key = settings.model_dump_json(), database
        if key not in opened:
            ours = open_application(settings)
            assert ours.url.database == database.url.database
            stack = ExitStack()
            opened[key] = stack.enter_context(running_api(settings, ours, line=line)), stack
        opened[key] = opened.pop(key)  # the last is the one that was used last
        while len(opened) > OPEN_APIS:
            opened.pop(next(iter(opened)))[1].close()
        client = opened[key][0]
        client.cookies.clear()
        return client

    yield open_one
    for _, stack in opened.values():
        stack.close()


@pytest.fixture
def server(request: pytest.FixtureRequest, open_server: OpenServer) -> tuple[Settings, Database]:
    """The settings and the database of a server; of each in turn, where both are asked for."""
    return open_server(getattr(request, "param", request.config.getoption("postgres")))


@pytest.fixture
def settings(server: tuple[Settings, Database]) -> Settings:
    return server[0]


@pytest.fixture
def database(server: tuple[Settings, Database]) -> Database:
    """An empty database with the current schema, whose counts were never built."""
    servers.empty(server[1])
    return server[1]


@pytest.fixture
def application(open_application: OpenApplication, settings: Settings) -> Database:
    """The same database, as the application's role may use it."""
    return open_application(settings)


@pytest.fixture(autouse=True, scope="session")
def _unhurried() -> Iterator[None]:
    """Time limits that no setting names are as long as the `patient` ones of the settings."""
    with pytest.MonkeyPatch.context() as limits:
        for module, name in HURRIES:
            limits.setattr(module, name, PATIENCE_SECONDS)
        yield


@pytest.fixture(autouse=True, scope="session")
def _usual_signals() -> None:
    """A run in the background of a shell ignores SIGINT, and one below nohup ignores SIGHUP.

    So would what the tests start. Of a signal that is handled here, it has the usual effect there.
    """
    for number in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)


@pytest.fixture(autouse=True)
def _no_stray_logs() -> Iterator[None]:
    """A command that runs within a test sets up the logs of its process, which is ours."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    for handler in root.handlers[:]:
        if handler not in before:
            root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture(autouse=True)
def _all_is_logged(request: pytest.FixtureRequest) -> Iterator[None]:
    """No server writes to the files that capture its log while they are closed. Where one did, the
    process crashed.
    """
    captures = CAPTURING & {*request.fixturenames}
    for name in captures:
        request.getfixturevalue(name)  # which ends after this one then
    yield
    if captures:
        wait_until_logged()


@pytest.fixture(autouse=True)
def _no_stray_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own environment must not reach the tests."""
    ours = ("DB_", "API_", "AUTH_", "GENONAUT_")
    for variable in [name for name in os.environ if name.startswith(ours)]:
        monkeypatch.delenv(variable)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    # Most tests are about something else than who may do it. Those that are say so.
    monkeypatch.setenv("AUTH_MODE", "open")
