"""Bodies of many small things, and many bodies: refused before Python objects are made."""

import json
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genonaut.api.http import bodies
from genonaut.api.http.bodies import MANY, ONE
from genonaut.api.http.body_meter import BodyMeter
from genonaut.errors import ContentTooLargeError
from tests.support.waiting import PATIENCE_SECONDS

JSON = {"Content-Type": "application/json"}
CONTENT = "/api/v1/content"


def values(text: bytes, size: int) -> int:
    """What the meter counts in a text that comes in pieces of a size."""
    meter = BodyMeter(most_values=10**9)
    for start in range(0, len(text), size):
        meter.feed(text[start : start + size])
    return meter._values


any_json = st.recursive(
    st.none() | st.integers() | st.text('"\\,[]{}aé\n', max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text('"\\,[{'), inner),
    max_leaves=20,
)


def members(value: Any) -> int:
    """A comma or a bracket each, however it is written."""
    if not isinstance(value, dict | list):
        return 0
    inner = value.values() if isinstance(value, dict) else value
    return max(1, len(value)) + sum(map(members, inner))


@given(value=any_json, size=st.integers(1, 40))
def test_the_meter_counts_outside_of_strings_wherever_pieces_end(value: Any, size: int) -> None:
    assert values(json.dumps(value).encode(), size) == members(value)


@pytest.mark.parametrize("unit", [b"[],", b"{},", b"1,", b'"",', b'"a":1,', b"["])
def test_more_values_than_allowed_are_too_many(unit: bytes) -> None:
    meter = BodyMeter(most_values=1000)
    with pytest.raises(ContentTooLargeError, match="more than 1,000 values"):
        meter.feed(b"[" + unit * 1001)


@pytest.mark.parametrize("path", [CONTENT, "/api/v1/users"])
def test_a_body_of_many_small_things_is_refused(client: httpx.Client, path: str) -> None:
    for body in (b"[" + b"[]," * 300_000 + b"[]]", b'{"a":[' + b'"",' * 300_000 + b'""]}'):
        answer = client.post(path, content=body, headers=JSON)
        assert (answer.status_code, answer.json()["error"]) == (413, "content_too_large")
        assert f"{(MANY if path == CONTENT else ONE).values:,} values" in answer.json()["detail"]


def test_an_object_of_many_fields_is_refused_as_a_whole(client: httpx.Client) -> None:
    wrong = {str(number): 1 for number in range(5000)}
    for body, field in ((wrong, "body"), ([{}, wrong], "[1]")):
        answer = client.post(CONTENT, json=body)
        assert answer.status_code == 422
        assert len(answer.json()["fields"]) == 1
        assert answer.json()["fields"][0]["field"] == field
        assert "at most 64 fields" in answer.json()["detail"]


def test_of_many_wrong_items_the_first_is_told(client: httpx.Client) -> None:
    answer = client.post(CONTENT, json=[{"a": 1}] * 1000)
    assert answer.status_code == 422
    assert {problem["field"].partition(".")[0] for problem in answer.json()["fields"]} == {"[0]"}


def test_a_large_item_fits(client: httpx.Client) -> None:
    user = client.post("/api/v1/users", json={"username": "ada"}).json()["id"]
    metadata = {str(number): "x" * 100 for number in range(20_000)}
    item = {"prompt": "p", "creator_id": user, "item_metadata": metadata}
    answer = client.post(CONTENT, json=item | {"content_data": "é" * 1_000_000})
    assert answer.status_code == 201
    assert answer.json()["items"][0]["item_metadata"] == metadata


def test_a_body_that_does_not_come_is_cut_off(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.2)
    parts = urlsplit(str(client.base_url))
    with socket.create_connection((parts.hostname, parts.port or 80), PATIENCE_SECONDS) as sent:
        sent.sendall(
            b"POST /api/v1/users HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
        )
        received = b""
        while piece := sent.recv(65536):  # until it is closed
            received += piece
    assert received.startswith(b"HTTP/1.1 408 ")
    assert b'"error":"request_timeout"' in received


def test_bodies_beyond_what_is_held_at_once_are_refused(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "MOST_BYTES_HELD", 100)
    answer = client.post("/api/v1/users", json={"username": "a" * 200})
    assert (answer.status_code, answer.json()["error"]) == (503, "overloaded")
    assert answer.headers["Retry-After"] == "1"
    # What was held is given back, whatever became of it.
    for _ in range(20):
        assert client.post("/api/v1/users", json={"username": ""}).status_code == 422
    assert client.post("/api/v1/users", json={"username": "bo"}).status_code == 201
