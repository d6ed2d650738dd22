"""What a request may hold: everything that can be stored, and nothing else."""

from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

# The API refuses before the database would: one server is enough.


@pytest.fixture
def ada(client: httpx.Client) -> str:
    return str(client.post("/api/v1/users", json={"username": "ada"}).json()["id"])


@pytest.mark.parametrize("count", [0, 1001])
def test_the_number_of_items_is_limited(client: httpx.Client, ada: str, count: int) -> None:
    answer = client.post("/api/v1/content", json=[{"prompt": "sea", "creator_id": ada}] * count)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(f"body is wrong: an array of {count};")


def nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(depth):
        value = {"deeper": value}
    return value


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("prompt", ""),
        ("prompt", " \t\n"),
        ("prompt", "a\0b"),
        ("prompt", "x" * 20_001),
        ("prompt", 5),
        ("title", "x" * 256),
        ("title", "\0"),
        ("content_type", "x" * 51),
        ("content_type", " "),
        ("path_thumb", "x" * 513),
        ("content_data", "x" * 1_000_001),
        ("creator_id", "ada"),
        ("quality_score", "1"),
        ("quality_score", True),
        ("quality_score", 10**400),
        ("created_at", "2024-01-01T00:00:00"),
        ("created_at", "0001-01-01T00:00:00+14:00"),
        ("created_at", "9999-12-31T23:59:59-14:00"),
        ("created_at", 1_700_000_000),
        ("created_at", "1700000000"),
        ("item_metadata", {"note": "a\0b"}),
        ("item_metadata", {"a\0b": 1}),
        ("item_metadata", {"list": [{"note": "\0"}]}),
        ("item_metadata", nested(70)),
        ("item_metadata", []),
        ("item_metadata", {"import_key": "k" * 256}),
        ("item_metadata", {"import_key": {"x": "y" * 10_000}}),
        ("colour", "red"),
        ("id", 5),
    ],
)
def test_what_cannot_be_stored_is_refused_by_name(
    client: httpx.Client, ada: str, field: str, value: Any
) -> None:
    answer = client.post("/api/v1/content", json={"prompt": "sea", "creator_id": ada, field: value})
    assert answer.status_code == 422, answer.text[:500]
    assert answer.json()["fields"][0]["field"] == field
    assert field in answer.json()["detail"]
    assert len(answer.json()["detail"]) < 400


@pytest.mark.parametrize(
    "metadata",
    [
        "NaN",
        "Infinity",
        '{"a": NaN}',
        '{"a": -Infinity}',
        '{"a": 1e999}',
        '{"a": "\\ud800"}',
        '{"\\udc00": 1}',
        '{"a": ' + "1" * 5000 + "}",
        '{"a":' * 5000 + "1" + "}" * 5000,
        '{"a": "' + "\\u0000" + '"}',
        '{"a": 1',
        "\xff",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_json_beyond_the_standard_or_beyond_measure_is_refused(
    client: httpx.Client, ada: str, metadata: str, encoding: str
) -> None:
    body = f'{{"prompt": "sea", "creator_id": "{ada}", "item_metadata": {metadata}}}'
    answer = client.post(
        "/api/v1/content",
        content=body.encode(encoding),
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"] == "invalid_request"


storable_text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
# PostgreSQL keeps a number's decimal digits: beyond 2**53 a float would come back as an integer.
storable_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**4000), 10**4000)
    | st.floats(-(2.0**53), 2.0**53)
    | storable_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(storable_text, inner, max_size=4),
    max_leaves=10,
)


@pytest.mark.parametrize(
    "body",
    ["NaN", '{"username": "ada', '{"username": NaN}', '{"username": "\\ud800"}', "\ufeff{}", ""],
)
def test_what_is_not_json_is_called_so(client: httpx.Client, body: str) -> None:
    answer = client.post(
        "/api/v1/users", content=body.encode(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422
    expected = "The body is not valid JSON: " if body else "body is missing."
    assert answer.json()["detail"].startswith(expected)


@hypothesis_settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(prompt=storable_text, metadata=st.dictionaries(storable_text, storable_json, max_size=4))
def test_an_accepted_value_is_returned_unchanged(
    client: httpx.Client, ada: str, prompt: str, metadata: dict[str, Any]
) -> None:
    metadata.pop("import_key", None)
    item = {"prompt": f"{prompt}.", "creator_id": ada, "item_metadata": metadata}
    answer = client.post("/api/v1/content", json=item)
    assert answer.status_code == 201, answer.text
    read = client.get(f"/api/v1/content/{answer.json()['items'][0]['id']}").json()
    assert read["prompt"] == item["prompt"]
    assert read["item_metadata"] == metadata


@pytest.mark.parametrize("item_id", ["0", "-1", str(2**63), "x", "1.5", "%00", "1" * 5000])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_id_that_cannot_be_is_refused(client: httpx.Client, method: str, item_id: str) -> None:
    answer = client.request(method, f"/api/v1/content/{item_id}")
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_request")


def test_an_id_that_could_be_is_not_found(client: httpx.Client) -> None:
    answer = client.get(f"/api/v1/content/{2**63 - 1}")
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert answer.json()["detail"] == f"There is no item {2**63 - 1}."
