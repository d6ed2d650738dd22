"""What other programs may have written to the tables: every page and every list is still there."""

import json
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from genonaut.config import Settings
from genonaut.db.counts import build_counts
from genonaut.db.session import Database
from genonaut.web.state import GALLERY
from tests.support.api import OpenApi
from tests.support.crawler import Crawler
from tests.support.rows import add_tag, run
from tests.support.site import USERS, fill, view_as

ADA = USERS["ada"]
# Each of another item. Those of a moment, a score or a title are at the ends of the orders.
OF_ITEMS = (
    "created_at = 'infinity', updated_at = 'infinity'",
    "created_at = '-infinity', updated_at = '-infinity'",
    "created_at = '0044-03-15 BC'",
    "updated_at = '294000-01-01'",
    "created_at = '0001-01-01 00:00+00'",
    "created_at = '9999-12-31 23:59:59.999999+00'",
    "quality_score = 'NaN'",
    "quality_score = 'Infinity'",
    "quality_score = '-Infinity'",
    "quality_score = 1e308",
    "title = ''",
    "title = ' \t\n\u2028'",
    "title = '\u202e\ufeff\U0001f98a'",
    "title = repeat('W', 255), prompt = repeat('\U0001f98a', 20000)",
    "prompt = '', content_data = 'http://[x', path_thumb = '//x'",
    "content_data = '../../etc/passwd', path_thumb = '\\\\x\\y'",
    "content_type = '', content_data = repeat('x', 3000000)",
    "content_type = '<b>', names_file = false",
)
WHOLE = ("null", "7", '"model"', '["model", "loras"]', '[{"model": "x"}]', "[]", "true")
KEYS = (
    *("model", "sampler", "scheduler", "steps", "cfg_scale", "seed", "loras", "width", "height"),
    *("negative_prompt", "tags", "program", "workflow", "import_key", "notes"),
)
# JSON, of each of the keys above.
VALUES = (
    *("null", "true", "0", "-1", "1e300", "-1e-300", "1e4000", "1e5000", "-1e130000", "1.5e-9000"),
    *('""', '" "', '"x"', '"\\ud83e\\udd8a\\u202e"', '"<script>"', "[]", "{}", "[[]]", "[null, 1]"),
    *('[{"name": []}, {"name": null, "weight": "x"}, {"weight": {}}]', '{"name": {"name": [1]}}'),
    f"{'[' * 900}{']' * 900}",
)
OF_OTHERS = (
    "UPDATE users SET created_at = 'infinity' WHERE username = 'bo'",
    "UPDATE users SET created_at = '4000-01-01 BC' WHERE username = 'cy'",
    "UPDATE users SET username = '' WHERE username = 'bo'",
    "UPDATE users SET username = E'/..\\n\u202e<b>' WHERE username = 'cy'",
    "UPDATE tags SET name = '' WHERE name = 'night'",
    "UPDATE tags SET name = E'a, b/\\t<b>' WHERE name = 'sea'",
    "UPDATE tags SET created_at = '-infinity', metadata = '[1]' WHERE name = 'odd'",
    "UPDATE bookmarks SET created_at = 'infinity', updated_at = '-infinity'",
    "UPDATE bookmark_categories SET created_at = '-infinity', updated_at = '99999-01-01'",
)
ADD = """
    INSERT INTO content_items_all (source_type, title, content_data, prompt, creator_id,
                                   item_metadata)
    SELECT 'items', 'odd ' || %s, '', 'odd', %s, '{}' RETURNING id"""
KEEP = """
    INSERT INTO bookmarks (user_id, content_id, source_type)
    SELECT %s, id, source_type FROM content_items_all WHERE id = ANY (%s)"""
ALBUM = "INSERT INTO bookmark_categories (user_id, name) VALUES (%s, 'odd')"
PUT = """
    INSERT INTO bookmark_category_members (bookmark_id, category_id)
    SELECT bookmarks.id, album.id FROM bookmarks, bookmark_categories AS album"""
ORDERS = ("created_at", "updated_at", "quality_score", "title")


def assignments() -> list[str]:
    of_keys = ("{" + ", ".join(f'"{key}": {value}' for key in KEYS) + "}" for value in VALUES)
    return [*OF_ITEMS, *(f"item_metadata = '{written}'" for written in (*WHOLE, *of_keys))]


@pytest.fixture
def odd(database: Database) -> list[int]:
    """The ids of odd items, of ada, who keeps them in an album."""
    fill(database)
    ids = []
    for number, assignment in enumerate(assignments()):
        [[item_id]] = run(database, ADD, number, ADA)
        literal = assignment.replace("%", "%%").replace("\\", "\\\\")
        run(database, f"UPDATE content_items SET {literal} WHERE id = {item_id}")
        ids.append(item_id)
    add_tag(database, "odd", ids)
    run(database, KEEP, ADA, ids)
    run(database, ALBUM, ADA)
    run(database, PUT)
    for statement in OF_OTHERS:
        run(database, statement)
    build_counts(database, "the test")
    return ids


@pytest.fixture
def ada(open_api: OpenApi, settings: Settings, database: Database) -> httpx.Client:
    gallery = settings.gallery.model_copy(update={"viewing_as": True})
    client = open_api(settings.model_copy(update={"gallery": gallery}), database)
    view_as(client, "ada")
    return client


def got(client: httpx.Client, address: str) -> httpx.Response:
    answer = client.get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code} {answer.text[:300]}"
    return answer


def test_each_item_is_there_by_itself(ada: httpx.Client, odd: list[int]) -> None:
    for item_id, assignment in zip(odd, assignments(), strict=True):
        item = got(ada, f"/api/v1/content/{item_id}").json()
        assert isinstance(item["item_metadata"], dict), assignment[:100]
        got(ada, f"{GALLERY}/items/{item_id}")
        assert ada.get(f"/api/v1/images/{item_id}").status_code in (200, 404)


@pytest.mark.parametrize("field", ORDERS)
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_each_is_once_in_every_order(
    ada: httpx.Client, odd: list[int], field: str, order: str
) -> None:
    query: dict[str, Any] = {"sort_field": field, "sort_order": order, "page_size": 7}
    found: list[int] = []
    cursor, pages = None, 0
    while pages < 30:
        given = query | {"cursor": cursor} if cursor else query
        page = got(ada, f"/api/v1/content/unified?{urlencode(given)}").json()
        found += [item["id"] for item in page["items"]]
        pages += 1
        cursor = page["pagination"]["next_cursor"]
        if not cursor:
            break
    assert sorted(found) == sorted(set(found))
    assert set(odd) <= set(found)
    assert len(found) == page["pagination"]["total_count"]


def test_every_page_is_there(ada: httpx.Client, odd: list[int]) -> None:
    crawler = Crawler(ada, deepest=0)
    starts = ("/gallery?size=96", "/gallery?size=96&view=list", "/gallery?tags=odd",
              "/gallery/stats", "/gallery/favourites", "/gallery/albums", "/gallery/duplicates",
              f"/gallery/creators/{ADA}",
              "/gallery?search=odd", "/gallery?search=model:x")  # fmt: skip
    assert len([*crawler.numbers(*starts)]) > 30
    assert len(odd) < 96


API = (
    "content/unified?page_size=100", "content/duplicates", "content/stats/unified", "content-auto",
    "content/facets", "content/facets?search_term=odd", "content?search_term=odd&limit=100",
    "tags", "tags/popular", "tags?page=1&page_size=100", "users", f"users/{ADA}",
    f"bookmarks?user_id={ADA}&include_content=true&limit=100",
    f"bookmark-categories?user_id={ADA}", f"bookmark-categories/tree?user_id={ADA}",
)  # fmt: skip


def test_every_list_of_the_api_is_there(ada: httpx.Client, odd: list[int]) -> None:
    for path in API:
        json.loads(got(ada, f"/api/v1/{path}").text, parse_constant=pytest.fail)
    assert odd
