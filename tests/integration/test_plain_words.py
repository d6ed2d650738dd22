"""What a newcomer reads: no internals of the framework, and nothing that contradicts itself."""

import httpx

from genonaut.db.counts import build_counts
from genonaut.db.session import Database
from tests.support.rows import add_items, add_user

ALONE = "?notGenSource=comm-g,comm-ag"


def test_a_wrong_source_is_named_without_what_the_framework_calls_it(client: httpx.Client) -> None:
    answer = client.get("/api/v1/content/unified?content_source_types=mine")
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith('content_source_types[0] is wrong: "mine"; ')
    assert "literal" not in answer.text
    assert [field["field"] for field in answer.json()["fields"]] == ["content_source_types[0]"]


def test_a_field_that_cannot_be_changed(client: httpx.Client, database: Database) -> None:
    [item] = add_items(database, add_user(database), 1)
    answer = client.patch(f"/api/v1/content/{item}", json={"content_data": "another.png"})
    assert answer.status_code == 422
    assert answer.json()["detail"] == "content_data is not a field of this request."


def test_an_empty_gallery_says_how_to_fill_it(client: httpx.Client) -> None:
    page = client.get("/gallery")
    assert "genonaut import FOLDER" in page.text


def test_the_popover_says_which_counts_make_the_total(client: httpx.Client) -> None:
    page = " ".join(client.get("/gallery").text.split())
    assert "Community means all users, you included." in page
    assert "The two community counts together are the whole gallery, and yours are among" in page


def test_a_gallery_that_began_with_an_import_has_a_chart(
    client: httpx.Client, database: Database
) -> None:
    assert "No refresh yet" in client.get("/gallery/stats").text
    add_items(database, add_user(database), 3)
    build_counts(database, "genonaut import")
    page = client.get("/gallery/stats").text
    assert "nothing to draw" not in page
    assert 'data-testid="gallery-stats-chart"' in page


def test_refreshes_of_an_empty_gallery_are_not_denied(
    client: httpx.Client, database: Database
) -> None:
    build_counts(database, "genonaut up")
    page = client.get("/gallery/stats").text
    assert "No refresh yet" not in page
    assert 'data-testid="gallery-stats-refreshes"' in page


def test_own_sources_alone_are_not_said_to_be_on_for_an_anonymous_viewer(
    client: httpx.Client, database: Database
) -> None:
    add_items(database, add_user(database), 3)
    page = client.get(f"/gallery{ALONE}").text
    assert "Only your own items are switched on" not in page
    assert "an anonymous viewer has none of their own" in page
