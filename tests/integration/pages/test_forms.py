"""Forms: addresses without what is empty, who may send one, and who looks."""

from typing import Any

import httpx
import pytest

from genonaut.config import Settings
from genonaut.db.session import Database
from tests.support.api import running_api
from tests.support.site import OURS, USERS, Site, fill, view_as


def test_the_form_leads_to_a_clean_address(client: httpx.Client) -> None:
    answer = client.get(
        "/gallery/choose?search=&genSource=comm-g&genSource=your-g&sort=newest&size=24"
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == "/gallery?notGenSource=your-ag,comm-ag"


@pytest.mark.sampled(20)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost", "Host": "localhost"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        {"Origin": "https://localhost", "Host": "localhost"},
        {"Origin": "http://localhost:81", "Host": "localhost"},
        {"Origin": "http://localhost", "Host": "localhost:81"},
        {"Origin": "http://localhost/", "Host": "localhost"},
        {"Origin": "http://user@localhost", "Host": "localhost"},
        {"Origin": "localhost", "Host": "localhost"},
        {"Origin": "http://["},
        {"Origin": "http://[::1"},
        {"Origin": "file://"},
        [("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "cross-site")],
        [("Origin", "http://localhost"), ("Origin", "http://localhost"), ("Host", "localhost")],
    ],
)
@pytest.mark.parametrize(
    "path", ["viewer", "items/{id}/delete", "items/{id}/undo", "items/{id}/visibility"]
)
def test_forms_of_strangers_change_nothing(
    client: httpx.Client, site: Site, item_id: int, headers: Any, path: str
) -> None:
    view_as(client, "ada")
    answer = client.post(f"/gallery/{path.format(id=item_id)}", headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert site.number("SELECT count(*) FROM content_items_all WHERE id = :id", id=item_id) == 1


def test_an_origin_of_our_own_is_enough(client: httpx.Client) -> None:
    for host in (client.base_url.netloc.decode(), "localhost"):
        ours = {"Origin": f"http://{host}", "Host": host}
        assert client.post("/gallery/viewer", headers=ours).status_code == 303


def test_an_origin_that_a_proxy_hides_is_enough_if_the_browser_says_same(
    client: httpx.Client,
) -> None:
    ours = {"Origin": "https://localhost", "Host": "localhost:443"}
    assert client.post("/gallery/viewer", headers=ours).status_code == 403
    assert client.post("/gallery/viewer", headers=ours | OURS).status_code == 303
    proxied = {"Origin": "https://localhost", "Host": "localhost", "X-Forwarded-Proto": "https"}
    assert client.post("/gallery/viewer", headers=proxied).status_code == 303


@pytest.mark.parametrize("back", ["http://[", "//[", "http://[::1"])
def test_an_address_that_is_none_leads_nowhere(client: httpx.Client, back: str) -> None:
    answer = client.post("/gallery/viewer", data={"back": back}, headers=OURS)
    assert answer.status_code == 422
    assert "not an address" in answer.text


def test_a_get_changes_nothing(client: httpx.Client, site: Site, item_id: int) -> None:
    view_as(client, "ada")
    for way in ("delete", "undo"):
        assert client.get(f"/gallery/items/{item_id}/{way}").status_code == 404
    assert site.number("SELECT count(*) FROM content_items_all WHERE id = :id", id=item_id) == 1


def test_the_cookie_of_the_viewer(client: httpx.Client) -> None:
    data = {"user": USERS["ada"], "back": "/gallery?sort=best&p=3"}
    answer = client.post("/gallery/viewer", data=data, headers=OURS)
    assert answer.headers["location"] == "/gallery?sort=best"
    cookie = answer.headers["set-cookie"]
    for part in (f"genonaut_viewer={USERS['ada']}", "HttpOnly", "SameSite=lax", "Path=/gallery"):
        assert part in cookie
    assert "Secure" not in cookie
    gone = client.post("/gallery/viewer", data={"user": ""}, headers=OURS)
    assert "Max-Age=0" in gone.headers["set-cookie"]


@pytest.mark.parametrize("value", ["", "x", "' OR 1=1", "00000000-0000-4000-8000-0000000000ff"])
def test_a_cookie_without_a_user_is_anonymous(client: httpx.Client, value: str) -> None:
    answer = client.get("/gallery", headers={"Cookie": f"genonaut_viewer={value}"})
    assert answer.status_code == 200
    assert "viewing anonymously" in answer.text


def test_no_viewer_can_be_chosen_where_it_is_switched_off(
    server: tuple[Settings, Database], database: Database
) -> None:
    fill(database)
    with running_api(server[0], database) as client:
        assert (
            client.post("/gallery/viewer", data={"user": USERS["ada"]}, headers=OURS).status_code
            == 404
        )
        cookie = {"Cookie": f"genonaut_viewer={USERS['ada']}"}
        page = client.get("/gallery", headers=cookie).text
        assert "gallery-viewer-select" not in page
        assert "no choice of users" in page
        none_of_hers = client.get("/gallery?notGenSource=comm-g,comm-ag", headers=cookie).text
        assert 'data-testid="gallery-grid-item"' in page
        assert 'data-testid="gallery-grid-item"' not in none_of_hers
        items = client.get("/api/v1/content/unified?page_size=100").json()["items"]
        hers = next(item["id"] for item in items if item["creator_id"] == str(USERS["ada"]))
        answer = client.post(f"/gallery/items/{hers}/delete", headers=OURS | cookie)
        assert answer.status_code in {403, 404}
        assert client.get(f"/api/v1/content/{hers}").status_code == 200
