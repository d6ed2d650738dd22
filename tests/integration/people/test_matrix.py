"""Who may use which route: every route there is, by every sender, with real requests.

The table is tests/cases/access/matrix.txt. A new route needs a row there.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from genonaut.api.http.guarded_routes import GuardedRoute
from genonaut.app import create_app
from genonaut.config import Settings
from genonaut.db.session import Database
from tests.integration.people.senders import SENDERS, Sender
from tests.integration.people.world import World
from tests.support.api import OpenApi
from tests.support.matrix import Row, read_matrix
from tests.support.people import with_accounts
from tests.support.streams import begun

MATRIX = read_matrix()
SIGN_IN = "/gallery/sign-in"
LIKE_OTHERS = {"token-expired", "token-of-disabled", "session-ended", "session-of-disabled"}
"""Strangers like one of the others, by another reason."""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("library")


def gallery(settings: Settings, library: Path, name: str) -> Settings:
    """The usual one; one in which visitors may do nothing; one that is read-only."""
    ours = with_accounts(settings, anonymous="nothing" if name == "closed" else "read")
    api = ours.api.model_copy(update={"read_only": name == "frozen"})
    shelf = ours.library.model_copy(update={"folder": library, "thumbnail_processes": 1})
    return ours.model_copy(update={"api": api, "library": shelf})


def declared(settings: Settings, database: Database) -> Iterator[tuple[str, str]]:
    """Every route, as in the table, and its access."""
    for route in iter_route_contexts(create_app(settings, database).routes):
        guarded = route.original_route
        assert isinstance(guarded, GuardedRoute), route.path
        for method in guarded.methods or ():
            yield f"{method} {route.path}", guarded.access.level


def test_every_route_has_a_row_and_every_row_a_route(
    settings: Settings, database: Database
) -> None:
    found = sorted(declared(with_accounts(settings), database))
    assert sorted((row.name, row.access) for row in MATRIX) == found


def told(answer: httpx.Response) -> str:
    """The status; `in` if it leads to signing in."""
    leads_there = answer.headers.get("location", "").partition("?")[0] == SIGN_IN
    is_asked = answer.request.method == "GET" and answer.status_code == 303 and leads_there
    return "in" if is_asked else str(answer.status_code)


def answer_of(client: httpx.Client, world: World, row: Row, sender: Sender) -> str:
    """What a sender gets; and what is refused changes nothing."""
    path = world.path(row, sender.who, sender.whose)
    has_body = row.method in {"POST", "PUT", "PATCH"} or row.path.endswith("by-query")
    more = world.body(row, sender.who) if has_body else {}
    headers = sender.says(world)
    before = world.kept() if row.method != "GET" else []
    answer = begun(client, row.method, path, headers=headers, **more)
    client.cookies.clear()
    if before and answer.status_code >= 400:
        assert world.kept() == before, f"{row.name} changed something: {answer.status_code}"
    assert "access-control-allow-origin" not in answer.headers
    return told(answer)


def tried(name: str) -> Any:
    """A sender, as a parameter."""
    return pytest.param(name, marks=[pytest.mark.long] if name in LIKE_OTHERS else [])


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", [*map(tried, SENDERS)])
def test_who_may_use_each_route(
    open_api: OpenApi, settings: Settings, database: Database, library: Path, name: str
) -> None:
    sender = SENDERS[name]
    world = World.of(database, open_api(gallery(settings, library, "usual"), database))
    client = open_api(gallery(settings, library, sender.gallery), database)
    answers = {row.name: answer_of(client, world, row, sender) for row in MATRIX}
    assert answers == {row.name: row.expected[sender.column] for row in MATRIX}
