"""Every reading route on a standby, after a page of the gallery: it answers."""

from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from genonaut.api.http.guarded_routes import GuardedRoute
from genonaut.app import create_app
from genonaut.config import Settings
from genonaut.db.session import Database, open_database
from tests.integration.replicas.conftest import Serving
from tests.support.api import running_api
from tests.support.replicas import Group
from tests.support.rows import add_items, add_tag, add_user
from tests.support.streams import begun

PAGES = ["/gallery", "/api/v1/content/unified?include_stats=true"]


@pytest.fixture
def known(group: Group, empty: Database) -> dict[str, str]:
    """An item, a user and so on, for the addresses; the standbys have them."""
    user = add_user(empty)
    item = add_items(empty, user)[0]
    tag = add_tag(empty, "sea", [item])
    for standby in group.standbys:
        standby.catches_up_with(group.primary)
    return {"item_id": str(item), "user_id": user, "tag_id": tag}


def addresses(settings: Settings, database: Database, known: dict[str, str]) -> Iterator[str]:
    """Those of all routes of GET, filled in."""
    others = {"which": "full", "version": "x", "name": "x", "path": "x"}
    for found in iter_route_contexts(create_app(settings, database).routes):
        if isinstance(found.original_route, GuardedRoute) and "GET" in (found.methods or ()):
            names = found.original_route.param_convertors
            values = {name: (known | others).get(name, known["user_id"]) for name in names}
            yield str(found.path).replace("{path:path}", "{path}").format(**values)


@pytest.mark.long
def test_a_standby_in_place_of_the_primary_answers_all_that_only_reads(
    group: Group, known: dict[str, str]
) -> None:
    settings = group.settings(replicas=[])
    there = group.standbys[0].url("genonaut_app", settings.db.name)
    settings = group.settings(replicas=[], primary=there)
    with ExitStack() as stack:
        database = stack.enter_context(open_database(settings, pool_size=1))
        client = stack.enter_context(running_api(settings, database))
        found = answers(client, settings, database, known)
    assert len(found) > 30
    assert {path: status for path, status in found.items() if status >= 500} == {}


@pytest.mark.long
def test_with_replicas_all_that_only_reads_is_answered(api: Serving, known: dict[str, str]) -> None:
    found = answers(api.client, api.settings, api.database, known)
    assert {path: status for path, status in found.items() if status >= 500} == {}
    assert found[f"/api/v1/content/{known['item_id']}"] == 200
    assert found["/api/v1/tags"] == found[f"/api/v1/users/{known['user_id']}"] == 200


def answers(
    client: httpx.Client, settings: Settings, database: Database, known: dict[str, str]
) -> dict[str, int]:
    statuses = {}
    for path in addresses(settings, database, known):
        for page in PAGES:
            assert client.get(page).status_code == 200
        statuses[path] = begun(client, "GET", path).status_code
    return statuses


def test_what_visitors_may_read_is_read_from_a_replica(api: Serving, known: dict[str, str]) -> None:
    item = known["item_id"]
    for standby in api.group.standbys:
        standby.pause()
    try:
        with api.owner.transaction() as session:
            session.connection().exec_driver_sql("DELETE FROM content_items_all")
            session.connection().exec_driver_sql("DELETE FROM tags")
        for path in (
            f"/api/v1/content/{item}",
            f"/gallery/items/{item}",
            f"/gallery/pictures/{item}.svg",
        ):
            assert api.client.get(path).status_code == 200, path
            gone = api.client.get(path, headers={"X-Genonaut-Position": "primary"})
            assert gone.status_code == 404, path
        assert [tag["name"] for tag in api.client.get("/api/v1/tags").json()["tags"]] == ["sea"]
    finally:
        for standby in api.group.standbys:
            standby.resume()


def test_without_replicas_nothing_changes(
    group: Group, api: Serving, known: dict[str, str]
) -> None:
    settings = group.settings(replicas=[])
    paths = [
        *("/api/v1/content/unified", "/api/v1/tags", "/api/v1/users", "/gallery", "/gallery/stats"),
        *(f"/api/v1/content/{known['item_id']}", f"/gallery/items/{known['item_id']}"),
    ]
    with ExitStack() as stack:
        database = stack.enter_context(open_database(settings, pool_size=4, with_replicas=True))
        assert database.replicas is None
        client = stack.enter_context(running_api(settings, database))
        for path in paths:
            here, there = client.get(path), api.client.get(path)
            assert without_moments(here.content) == without_moments(there.content), path
            assert comparable(here) == comparable(there), path
        told = client.get("/api/v1/content/stats/unified")
        assert list(told.json()) == [
            *("user_regular_count", "user_auto_count", "community_regular_count"),
            *("community_auto_count", "exact", "source", "as_of", "verified_at", "one_moment"),
        ]
        with_stats = client.get("/api/v1/content/unified?include_stats=true").json()
        assert list(with_stats["stats"]) == list(told.json())
        changed = client.post("/api/v1/users", json={"username": "dee"})
        assert {"x-genonaut-position", "set-cookie"}.isdisjoint(changed.headers)


def comparable(answer: httpx.Response) -> dict[str, str]:
    varying = {"date", "x-request-id", "content-length"}
    return {name: value for name, value in answer.headers.items() if name not in varying}


def without_moments(body: bytes) -> list[bytes]:
    """The lines of a page but those that say at which moment it was made, or draw it."""
    of_now = (b"as_of", b"As of", b"data-as-of", b"<text", b"<pol", b"<circle", b"<desc")
    return [line for line in body.splitlines() if not any(word in line for word in of_now)]
