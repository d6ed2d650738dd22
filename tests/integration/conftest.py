"""The API on a real server, and databases of a test's own."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from sqlalchemy import Engine, event

import genonaut
from genonaut.api.monitoring import probes
from genonaut.config import Settings
from genonaut.db.session import Database
from tests.support.api import OpenApi
from tests.support.servers import new_database
from tests.support.spread_sql import faults

if TYPE_CHECKING:
    from types import FrameType

TESTS = str(Path(__file__).parents[1])
PACKAGE = str(Path(genonaut.__file__).parent)
MIGRATIONS = f"{PACKAGE}/db/migrations"


@pytest.fixture(autouse=True, scope="session")
def statements_at_fault() -> Iterator[dict[str, list[str]]]:
    """Statements that cannot be executed where items are spread, as far as no test was told yet."""
    known = set[int]()
    wrong: dict[str, list[str]] = {}

    def look(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        key = hash(statement)
        if key in known:
            return
        known.add(key)
        if _is_of_the_package() and (found := faults(statement)):
            wrong[statement] = found

    event.listen(Engine, "before_cursor_execute", look)
    yield wrong
    event.remove(Engine, "before_cursor_execute", look)


@pytest.fixture(autouse=True)
def _statements_name_creators(statements_at_fault: dict[str, list[str]]) -> Iterator[None]:
    """Each statement that the package puts together can be executed where items are spread."""
    yield
    found = dict(statements_at_fault)
    statements_at_fault.clear()
    assert not found


def _is_of_the_package() -> bool:
    """Whether the package executes a statement, and not a test."""
    frame: FrameType | None = sys._getframe()
    while frame := frame.f_back if frame else None:
        file = frame.f_code.co_filename
        if file.startswith(PACKAGE) or (file.startswith(TESTS) and file != __file__):
            # Migrations come before a gallery is spread.
            return file.startswith(PACKAGE) and not file.startswith(MIGRATIONS)
    return False


@pytest.fixture
def client(open_api: OpenApi, settings: Settings, database: Database) -> httpx.Client:
    return open_api(settings, database)


@pytest.fixture
def scratch(server: tuple[Settings, Database]) -> Iterator[Database]:
    """A database of its own, with nothing in it."""
    with new_database(server[1]) as database:
        yield database


@pytest.fixture
def migrated(server: tuple[Settings, Database]) -> Iterator[Database]:
    """A database of its own with the current schema."""
    with new_database(server[1], migrated=True) as database:
        yield database


@pytest.fixture
def hurried_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    """For what does not answer at all: the test need not wait for as long as tests may."""
    monkeypatch.setattr(probes, "PATIENCE_SECONDS", 5.0)
