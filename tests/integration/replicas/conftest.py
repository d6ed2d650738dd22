"""A primary and two standbys, which the tests of this folder share."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from sqlalchemy import URL

from genonaut.config import Settings
from genonaut.db.counts import build_counts
from genonaut.db.session import Database, open_database
from tests.support import servers
from tests.support.api import running_api
from tests.support.people import with_accounts
from tests.support.replicas import Group
from tests.support.waiting import wait_until


@dataclass(frozen=True)
class Serving:
    """The API on all three servers; `database` is the application's, `owner` is for the tests."""

    group: Group
    settings: Settings
    database: Database
    owner: Database
    client: httpx.Client

    def usable(self) -> int:
        """How many replicas are asked."""
        members = self.database.replicas.members if self.database.replicas else ()
        return sum(one.standing.complaint is None for one in members)


@pytest.fixture(scope="session")
def group(run_folder: Path) -> Iterator[Group]:
    prepared = servers.prepared_home(run_folder)
    with Group(prepared, servers.make_folder()).running() as running:
        yield running


@pytest.fixture(scope="session")
def owner(group: Group) -> Iterator[Database]:
    with group.owner() as database:
        yield database


@pytest.fixture
def empty(group: Group, owner: Database) -> Database:
    """Nothing in it, its counts built; the standbys have that too."""
    servers.empty(owner)
    build_counts(owner, "tests")
    for standby in group.standbys:
        standby.catches_up_with(group.primary)
    return owner


@pytest.fixture
def api(group: Group, empty: Database) -> Iterator[Serving]:
    """The API as the application's role; a replica is read from however old it is."""
    with serving(group, empty, replica_max_lag_seconds=1e9) as one:
        yield one


@pytest.fixture
def strict(group: Group, empty: Database) -> Iterator[Serving]:
    """The same; none is read from that is more than three seconds old."""
    with serving(group, empty, replica_max_lag_seconds=3.0) as one:
        yield one


@contextmanager
def serving(
    group: Group,
    owner: Database,
    replicas: Sequence[URL] = (),
    *,
    accounts: bool = False,
    **changes: object,
) -> Iterator[Serving]:
    """The API on a group, with other settings of the database; or with other replicas."""
    settings = group.settings(replicas=replicas or None)
    settings = settings.model_copy(update={"db": settings.db.model_copy(update=changes)})
    if accounts:
        settings = with_accounts(settings, anonymous="nothing")
    with (
        open_database(settings, pool_size=16, with_replicas=True) as database,
        running_api(settings, database) as client,
    ):
        one = Serving(group, settings, database, owner, client)
        usable = 0 if replicas else len(group.standbys)
        wait_until(lambda: one.usable() == usable, "the replicas are asked")
        yield one
