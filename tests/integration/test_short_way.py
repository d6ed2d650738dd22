"""The routes of the short way beside one of the framework's: ids, headers, errors, figures, log."""

import re
from typing import Any, Final

import httpx
import pytest
import structlog

from genonaut.api.http.identities import Identities
from genonaut.api.http.short_way import LONGEST_QUERY
from genonaut.api.repositories.content_repository import ContentRepository
from genonaut.api.routes.gallery import GalleryRoute
from genonaut.api.routes.stats import StatsRoute
from genonaut.db.session import Database
from genonaut.errors import (
    DatabaseTimeoutError,
    ForbiddenError,
    InvalidTokenError,
    NotSignedInError,
    OverloadedError,
)
from tests.integration.test_api_metrics import Samples
from tests.support.rows import add_items, add_user

STATS: Final = "/api/v1/content/stats/unified"
GALLERY: Final = "/api/v1/content/unified"
OTHER: Final = "/api/v1/users"
SHORT: Final = [STATS, GALLERY]
OF_THE_MOMENT: Final = re.compile(r'"as_of":"[^"]*"')
ERRORS: Final = [
    InvalidTokenError(),
    NotSignedInError(),
    ForbiddenError("No."),
    OverloadedError(),
    DatabaseTimeoutError("No answer."),
    ZeroDivisionError("hunter2"),
]


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the requests that took the short way."""
    taken: list[str] = []
    for kind in (StatsRoute, GalleryRoute):
        read = kind.read_plainly

        def noted(query: bytes, read: Any = read, name: str = kind.__name__) -> Any:
            if (found := read(query)) is not None:
                taken.append(name)
            return found

        monkeypatch.setattr(kind, "read_plainly", staticmethod(noted))
    return taken


def of(answer: httpx.Response) -> tuple[int, dict[str, str], object]:
    """A response without what differs from request to request, and from path to path."""
    headers = {
        name: value
        for name, value in answer.headers.items()
        if name not in {"x-request-id", "date", "content-length"}
    }
    if answer.status_code < 400 or not answer.content:
        return answer.status_code, headers, None
    body = answer.json()
    assert body.pop("request_id") == answer.headers["X-Request-ID"]
    text = str(body).replace(answer.request.url.path.rstrip("/"), "PATH")
    return answer.status_code, headers, text


@pytest.mark.parametrize("path", SHORT)
@pytest.mark.parametrize(
    "ask",
    [
        lambda client, path: client.get(path),
        lambda client, path: client.get(f"{path}/"),
        lambda client, path: client.head(path),
        lambda client, path: client.put(path),
        lambda client, path: client.request("PROPFIND", path),
        lambda client, path: client.get(path, headers={"Host": "evil.example"}),
        lambda client, path: client.get(path, headers={"Origin": "https://evil.example"}),
        lambda client, path: client.post(path, headers={"Origin": "https://evil.example"}),
    ],
    ids=["get", "slash", "head", "put", "unknown", "host", "origin", "stranger"],
)
def test_what_a_client_sees(client: httpx.Client, path: str, ask: Any) -> None:
    ours, other = ask(client, path), ask(client, OTHER)
    if "allow" in ours.headers:  # each path has its own methods
        ours.headers["allow"] = other.headers["allow"] = ""
    assert of(ours) == of(other)


@pytest.mark.parametrize("path", SHORT)
def test_request_ids(client: httpx.Client, path: str) -> None:
    for one in (path, OTHER):
        kept = client.get(one, headers={"X-Request-ID": "r-1:2"})
        assert kept.headers.get_list("X-Request-ID") == ["r-1:2"]
        made = [client.get(one, headers={"X-Request-ID": id_}) for id_ in ("", "a b", "x" * 101)]
        ids = {answer.headers["X-Request-ID"] for answer in made}
        assert len(ids) == 3
        assert all(re.fullmatch("[0-9a-f]{32}", id_) for id_ in ids)


@pytest.mark.parametrize("path", SHORT)
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_errors_and_what_is_logged_of_them(
    client: httpx.Client, path: str, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(Identities, "of", fail)
    paths = {"ours": path, "other": OTHER}
    with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as lines:
        answers = [client.get(one, headers={"X-Request-ID": name}) for name, one in paths.items()]
        client.get("/health")  # on the same connection, so the lines of the others are there
    assert of(answers[0]) == of(answers[1])
    assert "hunter2" not in answers[0].text
    ours, other = ([line for line in lines if line.get("request_id") == name] for name in paths)
    assert [(line["event"], line["log_level"]) for line in ours] == [
        (line["event"], line["log_level"]) for line in other
    ]
    for name, found in (("ours", ours), ("other", other)):
        of_request = [line for line in found if line["event"] == "request"]
        assert [line["route"] for line in of_request] == [paths[name]] * len(of_request)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("path", SHORT)
def test_figures(client: httpx.Client, path: str, ways: list[str]) -> None:
    def counted(route: str, method: str, status: str) -> float:
        labels = {"method": method, "route": route, "status": status}
        return Samples(client).value("http_requests_total", **labels) or 0

    def timed(route: str) -> float:
        labels = {"method": "GET", "route": route}
        return Samples(client).value("http_request_duration_seconds_count", **labels) or 0

    for one in (path, OTHER):
        before = counted(one, "GET", "200"), counted(one, "HEAD", "200"), timed(one)
        client.get(one)
        client.head(one)
        after = counted(one, "GET", "200"), counted(one, "HEAD", "200"), timed(one)
        assert after == tuple(number + 1 for number in before)
    assert len(ways) == 2, "GET and HEAD took the short way"


def test_a_long_query_takes_the_framework_s_way(client: httpx.Client, ways: list[str]) -> None:
    """So that none is remembered."""
    shortest = f"{GALLERY}?page=1"
    assert client.get(shortest).status_code == 200
    assert client.get(shortest + "&" * LONGEST_QUERY).status_code == 200
    assert ways == ["GalleryRoute"]


@pytest.mark.parametrize("path", SHORT)
def test_both_ways_respond_alike(
    client: httpx.Client, database: Database, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = add_user(database)
    add_items(database, user, 3)  # as a page they are large enough to be compressed
    with database.transaction() as session:
        ContentRepository(session).refresh_gen_source_stats()
    queries = ["", f"user_id={user}"]
    if path == GALLERY:
        queries = [f"{query}&include_stats=true&page_size=3" for query in queries]
    short = [client.get(f"{path}?{query}") for query in queries]
    for kind in (StatsRoute, GalleryRoute):
        monkeypatch.setattr(kind, "read_plainly", staticmethod(lambda _query: None))
    long = [client.get(f"{path}?{query}") for query in queries]
    assert list(map(of, short)) == list(map(of, long))
    encodings = {answer.headers.get("content-encoding") for answer in short}
    assert encodings == {"gzip" if path == GALLERY else None}
    bodies = [[OF_THE_MOMENT.sub("", answer.text) for answer in way] for way in (short, long)]
    assert bodies[0] == bodies[1]
    assert '"community_regular_count":3' in bodies[0][0]
