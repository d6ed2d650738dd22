"""Rating in the pages without script: a form of stars, for those who may."""

import httpx
import pytest

from tests.support.site import OURS, Site, view_as


def test_a_form_rates_and_leads_back(client: httpx.Client, site: Site, item_id: int) -> None:
    view_as(client, "bo")
    path = f"/gallery/items/{item_id}/rating"
    back = "/gallery?sort=mine&view=list"
    answer = client.post(path, data={"value": "4", "back": back}, headers=OURS)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{back}#item-{item_id}")
    page = client.get(back).text
    assert page.count("data-rate=") == 24
    assert "4 of 5, by 1 user; your rating: 4" in page
    assert f'data-rate="{item_id}" data-own="4"' in page
    assert page.index(f'id="item-{item_id}"') < page.index("Not rated yet"), "mine are first"
    answer = client.post(path, data={"value": "4", "away": "1", "back": "//evil"}, headers=OURS)
    assert answer.headers["location"] == f"/gallery#item-{item_id}"
    assert site.number("SELECT count(*) FROM ratings") == 0


@pytest.mark.parametrize("sent", [{}, {"value": "0"}, {"value": "6"}, {"value": "x"}])
def test_what_is_no_rating_is_refused(
    client: httpx.Client, site: Site, item_id: int, sent: dict[str, str]
) -> None:
    view_as(client, "bo")
    answer = client.post(f"/gallery/items/{item_id}/rating", data=sent, headers=OURS)
    assert answer.status_code == 422
    assert "Choose one to five stars." in answer.text
    assert site.number("SELECT count(*) FROM ratings") == 0


def test_the_script_is_told_what_the_item_has(client: httpx.Client, item_id: int) -> None:
    for name, value in (("bo", "4"), ("cy", "3")):
        view_as(client, name)
        answer = client.post(
            f"/gallery/items/{item_id}/rating",
            data={"value": value},
            headers=OURS | {"Accept": "application/json"},
        )
    assert answer.json() == {
        "own": 3, "mean": "3.5", "words": "3.5 of 5, by 2 users; your rating: 3"
    }  # fmt: skip


def test_visitors_see_the_mean_and_no_stars(client: httpx.Client, item_id: int) -> None:
    view_as(client, "bo")
    path = f"/gallery/items/{item_id}"
    client.post(f"{path}/rating", data={"value": "5"}, headers=OURS)
    assert 'data-own="5"' in client.get(path).text
    client.cookies.clear()
    assert client.post(f"{path}/rating", data={"value": "1"}, headers=OURS).status_code == 422
    for address in (path, "/gallery?view=list&size=96", "/gallery?sort=rated"):
        page = client.get(address).text
        assert "5 of 5, by 1 user" in page
        assert "data-rate=" not in page
        assert "My ratings first" not in page
