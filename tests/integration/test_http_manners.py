"""Names, addresses and methods: whom the server answers, and where a resource is."""

import json
import re
import socket
from urllib.parse import urlsplit

import httpx
import pytest

from genonaut.api.http.hosts import AllowedHosts
from genonaut.config import Settings
from genonaut.db.session import Database
from tests.support.api import running_api
from tests.support.waiting import PATIENCE_SECONDS

PLACES = ["/gallery", "/api/v1/users", "/health", "/metrics", "/openapi.json", "/nowhere"]


def status_of(client: httpx.Client, *lines: str) -> tuple[int, str]:
    """Send a head as it is written here; the status and the body of the response."""
    parts = urlsplit(str(client.base_url))
    with socket.create_connection((parts.hostname, parts.port or 80), PATIENCE_SECONDS) as sent:
        sent.sendall("\r\n".join((*lines, "Connection: close", "", "")).encode())
        received = b""
        while piece := sent.recv(65536):
            received += piece
    head, _, body = received.decode().partition("\r\n\r\n")
    return int(head.split()[1]), body


@pytest.mark.parametrize("path", PLACES)
def test_another_name_is_misdirected(client: httpx.Client, path: str) -> None:
    answer = client.get(path, headers={"Host": "evil.example"})
    assert (answer.status_code, answer.json()["error"]) == (421, "misdirected_request")
    assert answer.json().keys() == {"error", "detail", "request_id"}


@pytest.mark.parametrize(
    "hosts",
    [
        [],
        [""],
        ["127.0.0.1", "127.0.0.1"],
        ["127.0.0.1", "evil.example"],
        ["127.0.0.1 evil.example"],
        ["127.0.0.1@evil.example"],
        ["evil.example:127.0.0.1"],
        ["127.0.0.1:port"],
        ["127.0.0.1:8001:1"],
        ["127.0.0.1.evil.example"],
        ["localhost.evil.example"],
        ["localhost."],
        ["http://localhost"],
        ["[::1"],
        ["::1"],
        ["[::2]"],
    ],
)
def test_a_host_that_is_not_one_allowed_name_is_misdirected(
    client: httpx.Client, hosts: list[str]
) -> None:
    lines = [f"Host: {host}" for host in hosts]
    status, body = status_of(client, "GET /gallery HTTP/1.1", *lines)
    assert (status, json.loads(body)["error"]) == (421, "misdirected_request")


@pytest.mark.parametrize("host", ["127.0.0.1", "LocalHost:8001", "[::1]:80", "localhost"])
def test_loopback_names_are_allowed_at_any_port(client: httpx.Client, host: str) -> None:
    assert client.get("/health", headers={"Host": host}).status_code == 200


def test_own_and_named_hosts_are_allowed() -> None:
    allowed = AllowedHosts("fd00::17", ["Gallery.Example"])
    assert allowed.allow(["[fd00::17]:8001"])
    assert allowed.allow(["gallery.example"])
    assert not allowed.allow(["fd00::17"])
    assert not allowed.allow(["sub.gallery.example"])


def test_the_setting_adds_names(settings: Settings, database: Database) -> None:
    api = settings.api.model_copy(update={"allowed_hosts": ["gallery.example"]})
    with running_api(settings.model_copy(update={"api": api}), database) as client:
        for host in ("gallery.example", "GALLERY.EXAMPLE:443", "127.0.0.1"):
            assert client.get("/health", headers={"Host": host}).status_code == 200
        assert client.get("/health", headers={"Host": "evil.example"}).status_code == 421


@pytest.mark.parametrize("path", [*PLACES, "/gallery/stats", "/docs"])
def test_head_is_get_without_a_body(client: httpx.Client, path: str) -> None:
    get, head = client.get(path), client.head(path)
    assert head.status_code == get.status_code
    assert head.content == b""
    assert head.headers["content-type"] == get.headers["content-type"]
    if path not in ("/metrics", "/gallery", "/gallery/stats", "/nowhere"):  # these change
        assert head.headers["content-length"] == get.headers["content-length"]
    assert client.get("/health").status_code == 200, "the connection is still in step"


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/docs", {"GET", "HEAD"}),
        ("/openapi.json", {"GET", "HEAD"}),
        ("/health", {"GET", "HEAD"}),
        ("/gallery", {"GET", "HEAD"}),
        ("/metrics", {"GET", "HEAD"}),
        ("/api/v1/users", {"GET", "HEAD", "POST"}),
        ("/api/v1/content", {"GET", "HEAD", "POST"}),
        ("/api/v1/content/bulk", {"POST"}),
        ("/api/v1/content/1", {"GET", "HEAD", "PATCH", "DELETE"}),
        ("/api/v1/content/unified", {"GET", "HEAD"}),
        ("/gallery/items/1/delete", {"POST"}),
    ],
)
def test_a_method_that_is_not_there_is_told_those_that_are(
    client: httpx.Client, path: str, methods: set[str]
) -> None:
    answer = client.put(path)
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == methods


@pytest.mark.parametrize("path", ["/gallery", "/gallery/stats", "/health", "/api/v1/users"])
def test_a_slash_at_the_end_is_the_same_resource(client: httpx.Client, path: str) -> None:
    answer = client.get(f"{path}/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == client.get(path).headers["content-type"]


def test_a_slash_at_the_end_keeps_the_body(client: httpx.Client) -> None:
    answer = client.post("/api/v1/users/", json={"username": "slash"})
    assert answer.status_code == 201


def test_the_documentation_needs_no_other_host(client: httpx.Client) -> None:
    page = client.get("/docs")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self';" in policy
    assert "//" not in page.text.replace("<!doctype html>", "")
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(loaded) == 4
    for address in loaded:
        assert client.get(address).status_code == 200
    assert client.get("/redoc").status_code == 404
    assert client.get("/openapi.json").json()["info"]["title"] == "Genonaut"


def test_parts_of_the_documentation_are_the_two_that_it_needs(client: httpx.Client) -> None:
    assert client.get("/docs/redoc.standalone.js").status_code == 422
    assert client.get("/docs/..%2f__init__.py").status_code == 404
