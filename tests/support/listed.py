"""What an address of the gallery lists, by plain SQL that shares nothing with the gallery.

A new filter needs a line in FILTERS, or else the crawler fails at the first address with it.
Of searches it knows a plain word.
"""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from genonaut.db.session import Database

SHOWN: Final = {"sort", "size", "view", "density", "p", "cursor", "match"}
"""What changes how a list is shown, and not what it has; `match` belongs to `tags`."""
FILTERS: Final = {
    "creator": "item.creator_id = %(creator)s::uuid",
    "model": "item.item_metadata ->> 'model' = %(model)s",
    "seed": "item.item_metadata ->> 'seed' = %(seed)s",
    "sampler": "item.item_metadata ->> 'sampler' = %(sampler)s",
    "lora": """%(loras)s::text[] <@ ARRAY(
        SELECT coalesce(lora ->> 'name', lora #>> '{}')
        FROM jsonb_array_elements(item.item_metadata -> 'loras') AS lora)""",
    "search": "concat_ws(' ', item.title, item.prompt) ~* ('\\m' || %(search)s || '\\M')",
    "month": "to_char(item.created_at AT TIME ZONE 'UTC', 'YYYY-MM') = %(month)s",
    "favourites": """EXISTS (
        SELECT FROM bookmarks WHERE user_id = %(me)s::uuid AND content_id = item.id)""",
    "album": """EXISTS (
        SELECT FROM bookmark_category_members JOIN bookmarks ON bookmarks.id = bookmark_id
        WHERE category_id = %(album)s::uuid AND bookmarks.content_id = item.id)""",
    "notGenSource": "TRUE",  # see SWITCHED
    "tags": """(SELECT count(DISTINCT name) FROM content_tags JOIN tags ON tags.id = tag_id
        WHERE content_id = item.id AND (name = ANY (%(tags)s) OR tag_id::text = ANY (%(tags)s)))
        >= %(least)s""",
}
PAGES: Final = {
    r"/gallery": {},
    r"/gallery/creators/(?P<creator>[0-9a-f-]{36})": {},
    r"/gallery/favourites": {"favourites": "yes"},
    r"/gallery/albums/(?P<album>[0-9a-f-]{36})": {},
}
"""The pages that are lists, and what each stands for."""
SEEN: Final = "(item.visibility = 'public' OR %(all)s OR item.creator_id = %(me)s::uuid)"
SWITCHED: Final = """
    CASE item.source_type WHEN 'items' THEN 'g' ELSE 'ag' END <> ALL (
        CASE WHEN item.creator_id = %(me)s::uuid
        THEN %(own)s::text[] ELSE %(others)s::text[] END)"""


def listed_ids(
    database: Database, address: str, user_id: str | None, *, sees_all: bool = False
) -> tuple[str, ...]:
    """The ids of the items that a list has for a viewer."""
    asked = _asked(address)
    off = asked.get("notGenSource", "").split(",")
    tags = asked.get("tags", "").split(",")
    values: dict[str, Any] = asked | {
        "me": user_id,
        "all": sees_all,
        "own": [key.removeprefix("your-") for key in off if key.startswith("your-")],
        "others": [key.removeprefix("comm-") for key in off if key.startswith("comm-")],
        "tags": tags,
        "loras": [name for key, name in parse_qsl(urlsplit(address).query) if key == "lora"],
        "least": 1 if asked.get("match") == "any" else len(tags),
    }
    conditions = [FILTERS[name] for name in asked if name not in SHOWN]
    where = " AND ".join([SEEN, SWITCHED, *conditions])
    statement = f"SELECT id FROM content_items_all AS item WHERE {where} ORDER BY id"
    with database.transaction() as session:
        found = session.connection().exec_driver_sql(statement, values)
        return tuple(str(item_id) for (item_id,) in found)


def is_list(address: str) -> bool:
    """Whether an address is that of a list of items."""
    return any(re.fullmatch(page, urlsplit(address).path) for page in PAGES)


def _asked(address: str) -> dict[str, str]:
    """The filters of a list: those in the query, and what the page stands for."""
    parts = urlsplit(address)
    for page, meaning in PAGES.items():
        if found := re.fullmatch(page, parts.path):
            asked: Mapping[str, str] = dict(parse_qsl(parts.query))
            return {**asked, **meaning, **found.groupdict()}
    raise AssertionError(f"{address} is no list that tests/support/listed.py knows")
