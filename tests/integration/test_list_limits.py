"""Searches and lists without measure: refused or cut, and never read whole."""

import httpx
import pytest

from genonaut.api.repositories import gallery_repository

UNIFIED = "/api/v1/content/unified"


@pytest.fixture
def ada(client: httpx.Client) -> str:
    return str(client.post("/api/v1/users", json={"username": "ada"}).json()["id"])


def test_a_search_of_too_many_words_is_refused(client: httpx.Client) -> None:
    words = " ".join(["a"] * 33)
    for term in (words, f'"{words}"', "a-" * 33):
        answer = client.get(UNIFIED, params={"search_term": term})
        assert (answer.status_code, answer.json()["error"]) == (422, "invalid_request")
        assert "at most 32 words, and this one has 33" in answer.json()["detail"]
        page = client.get("/gallery", params={"search": term})
        assert page.status_code == 422
        assert "at most 32 words, and this one has 33: leave some out." in page.text
    assert client.get(UNIFIED, params={"search_term": words[2:]}).status_code == 200


def test_lists_cut_what_is_long_and_an_item_is_whole(client: httpx.Client, ada: str) -> None:
    large = {"note": "x" * 100_000}
    item = {"prompt": "p", "creator_id": ada, "content_data": "é" * 5_000, "item_metadata": large}
    added = client.post("/api/v1/content", json=item).json()["items"][0]
    listed = client.get(UNIFIED).json()["items"][0]
    assert listed.keys() == added.keys()
    assert listed["content_data"] == "é" * 2_000
    assert listed["item_metadata"] == {"truncated": True}
    whole = client.get(f"/api/v1/content/{added['id']}").json()
    assert (whole["content_data"], whole["item_metadata"]) == ("é" * 5_000, large)


def test_lists_show_usual_metadata(client: httpx.Client, ada: str) -> None:
    metadata = {"seed": 7, "note": "x" * 4_000}
    client.post(
        "/api/v1/content", json={"prompt": "p", "creator_id": ada, "item_metadata": metadata}
    )
    assert client.get(UNIFIED).json()["items"][0]["item_metadata"] == metadata


@pytest.mark.long
def test_a_page_that_is_too_large_asks_for_a_smaller_one(
    client: httpx.Client, ada: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gallery_repository, "LARGEST_PAGE_BYTES", 2**20)
    items = [{"prompt": f"{n} " + "é" * 10_000, "creator_id": ada} for n in range(200)]
    assert client.post("/api/v1/content", json=items).status_code == 201
    answer = client.get(UNIFIED, params={"page_size": 200})
    assert answer.status_code == 422
    assert "ask for a smaller page_size" in answer.json()["detail"]
    assert len(client.get(UNIFIED, params={"page_size": 50}).json()["items"]) == 50
