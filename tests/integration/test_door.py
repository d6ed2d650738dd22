"""The door, at every route that there is: a new one is covered without a line here."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from genonaut.api.http.access import PUBLIC
from genonaut.app import create_app
from genonaut.config import Settings
from genonaut.db.session import Database
from genonaut.web.page_route import PageRoute
from tests.support.api import running_api
from tests.support.effort import effort
from tests.support.people import ACCOUNT, ADMIN, PASSWORD, add_account, with_accounts

CLIENT = "https://client.example"
EVIL = "https://evil.example"
REBOUND = {"Host": "evil.example"}
UNSAFE = ("POST", "PUT", "PATCH", "DELETE", "PURGE")
SAFE = ("GET", "HEAD", "OPTIONS")
UUID = "00000000-0000-4000-8000-0000000000ff"


@dataclass(frozen=True)
class Sent:
    """What a request says of its sender, and whether that is enough for the API and for a page."""

    headers: Any
    for_api: bool
    for_pages: bool = False


OURS = {"Origin": "http://localhost:8001", "Host": "localhost:8001"}
SENT = (
    Sent({}, for_api=True),
    Sent({"Sec-Fetch-Site": "none"}, for_api=True),
    Sent({"Sec-Fetch-Site": "same-origin"}, for_api=True, for_pages=True),
    Sent(OURS, for_api=True, for_pages=True),
    Sent({"Origin": CLIENT}, for_api=True),
    Sent({"Origin": CLIENT, "Sec-Fetch-Site": "cross-site"}, for_api=True),
    Sent({"Origin": EVIL, "Authorization": "Bearer gno_x"}, for_api=True, for_pages=True),
    Sent({"Origin": EVIL, "Authorization": "bearer  gno_x=="}, for_api=True, for_pages=True),
    Sent({"Origin": EVIL}, for_api=False),
    Sent({"Origin": EVIL, "Sec-Fetch-Site": "cross-site"}, for_api=False),
    Sent({"Origin": "null"}, for_api=False),
    Sent({"Origin": ""}, for_api=False),
    Sent({"Origin": f"{CLIENT}.evil.example"}, for_api=False),
    Sent({"Origin": EVIL, "Sec-Fetch-Site": "none"}, for_api=False),
    Sent({"Origin": EVIL, "Sec-Fetch-Site": "same-origin"}, for_api=False),
    Sent({"Sec-Fetch-Site": "same-site"}, for_api=False),
    Sent({"Sec-Fetch-Site": "cross-site"}, for_api=False),
    Sent({"Origin": EVIL, "Authorization": "Basic YTpi"}, for_api=False),
    Sent({"Origin": EVIL, "Authorization": "Bearer"}, for_api=False),
    Sent([("Origin", CLIENT), ("Origin", EVIL)], for_api=False),
    Sent(
        [("Origin", EVIL), ("Authorization", "Bearer a"), ("Authorization", "Basic b")],
        for_api=False,
    ),
)


SIGNING_IN_AND_OUT = {
    f"{where}/{what}" for where in (ACCOUNT, "/gallery") for what in ("sign-in", "sign-out")
}


def with_api(settings: Settings, **changes: object) -> Settings:
    api = settings.api.model_copy(update={"cors_origins": [CLIENT], **changes})
    return settings.model_copy(update={"api": api})


def paths_of(app: FastAPI) -> dict[str, set[str]]:
    """Every path, and the methods that its pages have."""
    found: dict[str, set[str]] = {}
    for route in iter_route_contexts(app.routes):
        assert route.path
        path = re.sub(r"\{(?:user|tag)_id\}", UUID, route.path)
        methods = found.setdefault(re.sub(r"\{[^}]+\}", "1", path), set())
        if isinstance(route.original_route, PageRoute):
            methods |= route.methods or set()
    return found


@pytest.fixture
def paths(settings: Settings, database: Database) -> dict[str, set[str]]:
    return paths_of(create_app(settings, database))


@pytest.fixture
def client(settings: Settings, database: Database) -> Iterator[httpx.Client]:
    with running_api(with_api(settings), database) as client:
        yield client


def is_refused(answer: httpx.Response, path: str, noun: str = "forbidden") -> bool:
    """Whether the door refused it, in the form that its client reads."""
    if answer.status_code != 403 or "nothing was changed" not in answer.text:
        return False
    is_page = answer.headers["content-type"].startswith("text/html")
    assert is_page == path.startswith("/gallery"), path
    return is_page or answer.json()["error"] == noun


@effort(short=2, long=len(SENT), variable="GENONAUT_SENDERS")
def test_who_may_change_something_by_every_route(
    client: httpx.Client, paths: dict[str, set[str]], effort: int
) -> None:
    """Each is sent by some senders, or by all: in turn, so that each of them tries every method."""
    wrong = []
    senders = cycle(SENT)
    for path, of_pages in paths.items():
        for method in UNSAFE:
            for sent in islice(senders, effort):
                comes_in = sent.for_pages if method in of_pages else sent.for_api
                answer = client.request(method, path, headers=sent.headers)
                if is_refused(answer, path) == comes_in or answer.status_code == 421:
                    wrong.append((method, path, sent.headers, answer.status_code))
    assert len(paths) > 30
    assert not wrong


def test_reading_needs_no_proof(client: httpx.Client, paths: dict[str, set[str]]) -> None:
    for path in paths:
        for method in SAFE:
            # Not to its end: the stream of live numbers has none.
            with client.stream(method, path, headers={"Origin": EVIL}) as answer:
                assert answer.status_code not in {403, 421}, path


def test_no_route_answers_to_a_name_that_is_not_ours(
    client: httpx.Client, paths: dict[str, set[str]]
) -> None:
    rebound = {"Sec-Fetch-Site": "same-origin", "Origin": EVIL} | REBOUND
    for path in paths:
        for method in (*SAFE, *UNSAFE):
            assert client.request(method, path, headers=rebound).status_code == 421, path


@pytest.mark.sampled(2)
@pytest.mark.parametrize("path", ["/new", "/gallery/new", "/api/v1/new"])
@pytest.mark.parametrize("as_page", [True, False])
def test_a_new_route_is_behind_the_door(
    settings: Settings, database: Database, path: str, *, as_page: bool
) -> None:
    app = create_app(settings, database)
    route = PageRoute if as_page else None
    app.router.add_api_route(
        path,
        lambda: "done",
        methods=["POST"],
        route_class_override=route,
        dependencies=[PUBLIC],
    )

    async def send(headers: dict[str, str]) -> int:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return (await client.post(path, headers=headers)).status_code

    assert asyncio.run(send({"Sec-Fetch-Site": "cross-site"})) == 403
    assert asyncio.run(send({})) == (403 if as_page else 200)
    assert asyncio.run(send({"Sec-Fetch-Site": "same-origin"})) == 200


def test_a_client_of_an_allowed_origin_changes_and_reads(client: httpx.Client) -> None:
    page = {"Origin": CLIENT, "Sec-Fetch-Site": "cross-site"}
    asked = page | {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type",
    }
    allowed = client.options("/api/v1/users", headers=asked)
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, CLIENT)
    added = client.post("/api/v1/users", json={"username": "client"}, headers=page)
    assert (added.status_code, added.headers["access-control-allow-origin"]) == (201, CLIENT)
    refused = client.options("/api/v1/users", headers=asked | {"Origin": EVIL})
    assert "access-control-allow-origin" not in refused.headers


def test_any_origin_may_be_allowed(settings: Settings, database: Database) -> None:
    with running_api(with_api(settings, cors_origins=["*"]), database) as client:
        for headers in ({"Origin": EVIL}, {"Sec-Fetch-Site": "cross-site"}):
            answer = client.post("/api/v1/users", json={"username": ""}, headers=headers)
            assert answer.status_code == 422
            refused = client.post("/gallery/viewer", headers=headers)
            assert is_refused(refused, "/gallery/viewer")


@pytest.mark.parametrize("is_page", [True, False])
def test_one_signs_in_to_a_read_only_gallery_and_out_of_it(
    settings: Settings, database: Database, *, is_page: bool
) -> None:
    add_account(database, role="admin")
    sent = {"username": "ada", "password": PASSWORD}
    where = "/gallery" if is_page else ACCOUNT
    form: dict[str, Any] = {"data" if is_page else "json": sent}
    ours = {"Sec-Fetch-Site": "same-origin"}
    with running_api(with_api(with_accounts(settings), read_only=True), database) as client:
        assert client.post(f"{where}/sign-in", headers=ours, **form).is_success == (not is_page)
        assert 'action="/gallery/sign-out"' in client.get("/gallery/admin/users").text
        for path in (f"{where}/sign-in/", f"{ACCOUNT}/password", "/api/v1/users"):
            answer = client.post(path, headers=ours | {"Origin": EVIL})
            assert is_refused(answer, path, "forbidden")
        refused = client.post(f"{ADMIN}/users", json={"username": "grace"}, headers=ours)
        assert is_refused(refused, f"{ADMIN}/users", "read_only")
        client.post(f"{where}/sign-out", headers=ours)
        assert client.get(f"{ACCOUNT}/me").status_code == 401
        page = client.get("/gallery/sign-in").text
        assert 'action="/gallery/sign-in"' in page


def test_a_read_only_gallery_takes_nothing_and_says_so(
    settings: Settings, database: Database, paths: dict[str, set[str]]
) -> None:
    demo = settings.gallery.model_copy(update={"viewing_as": True})
    shown = with_api(settings, read_only=True).model_copy(update={"gallery": demo})
    with running_api(shown, database) as client:
        for path in paths:
            for method in UNSAFE:
                for sent in ({"Origin": CLIENT}, {"Sec-Fetch-Site": "same-origin"}):
                    answer = client.request(method, path, headers=sent)
                    refused = is_refused(answer, path, "read_only") and "read-only" in answer.text
                    assert refused == (path not in SIGNING_IN_AND_OUT), (method, path)
                    if "Origin" in sent:
                        assert answer.headers["access-control-allow-origin"] == CLIENT
        assert client.get("/health").status_code == 200
        gallery, upload = client.get("/gallery").text, client.get("/gallery/upload").text
        assert "gallery-upload-read-only" in upload
        for page in (gallery, upload):
            assert 'method="post"' not in page
            assert 'href="/gallery/upload"' not in page
