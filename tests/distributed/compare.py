"""The same requests to two galleries with the same demo: a distributed one, and one in one place.

    genonaut seed --users 20 --regular 150 --auto 350        # in each, when it is empty
    python -m tests.distributed.compare postgresql://.../one postgresql://.../distributed

Prints how many responses were compared, and what differs.
"""

import sys
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, get_args

import httpx
import pytest

from genonaut.api.gallery.query import ColumnField, SwitchName
from genonaut.config import load_settings
from genonaut.db.session import open_database
from tests.support.api import running_api

API = "/api/v1"
LIST = f"{API}/content/unified"
# What a response has of its own: when it was made, and places in lists, which are signed.
OF_ITS_OWN = {"as_of", "verified_at", "one_moment", "next_cursor", "prev_cursor"}
Request = tuple[str, Mapping[str, Any]]


def filters(user: str, creator: str, tags: list[str]) -> Iterator[dict[str, Any]]:
    yield from ({}, {"creator": creator}, {"page": 5}, {"month": "2025-06"}, {"model": "flux-dev"})
    yield from ({"tag": tags[:1]}, {"tag": tags}, {"tag": tags, "tag_match": "all"})
    for search in ("fox", "light*", "-red", f"tag:{tags[0]}", '"a red"'):
        yield {"search_term": search}
    for order in ("rating", "rating_mean"):
        yield {"sort_field": order, "tag": tags[:1], "user_id": user}
        yield {"sort_field": order, "search_term": "a", "user_id": user}
    yield {"favourites": True, "user_id": user}


def requests(client: httpx.Client) -> Iterator[Request]:
    first, second, *_ = client.get(f"{API}/users").json()["users"]
    tags = client.get(f"{API}/tags").json()["tags"][:2]
    switches = [*get_args(SwitchName)]
    for chosen, field, way in product(range(16), get_args(ColumnField), ("asc", "desc")):
        on = [one for place, one in enumerate(switches) if chosen >> place & 1] or [""]
        sort = {"sort_field": field, "sort_order": way, "include_stats": True}
        yield LIST, {"user_id": first["id"], "content_source_types": on, "page_size": 7, **sort}
    for given in filters(first["id"], second["id"], [tag["name"] for tag in tags]):
        yield LIST, {"page_size": 9, **given}
        facets = {name: given[name] for name in given if name not in ("page", "sort_field")}
        yield f"{API}/content/facets", facets
    for sort in ({}, {"sort": "name"}, {"page": 2, "page_size": 5, "sort": "count-desc"}):
        yield f"{API}/tags", sort
    for path in ("tags/popular", f"tags/{tags[0]['id']}", "users", "content/stats/unified"):
        yield f"{API}/{path}", {}


def walk(client: httpx.Client) -> list[Any]:
    """All items, by cursor."""
    found: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page = client.get(LIST, params={"page_size": 50, "cursor": cursor}).json()
        found += page["items"]
        cursor = page["pagination"]["next_cursor"]
    return found


def plain(value: Any, first_id: int) -> Any:
    """A response as that of any gallery: items are numbered from 0."""
    if isinstance(value, list):
        return [plain(each, first_id) for each in value]
    if not isinstance(value, dict):
        return value
    found = {name: plain(value[name], first_id) for name in value if name not in OF_ITS_OWN}
    return found | {
        name: found[name] - first_id for name in ("id",) if type(found.get(name)) is int
    }


def responses(url: str) -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DATABASE_URL", url)
        environment.setenv("AUTH_MODE", "open")
        settings = load_settings("test")
    with (
        open_database(settings, role="owner", pool_size=8) as database,
        running_api(settings, database) as client,
    ):
        everything = walk(client)
        first_id = min(item["id"] for item in everything)
        found: dict[str, Any] = {"by cursor": plain(everything, first_id)}
        for path, given in requests(client):
            response = client.get(path, params=given)
            assert response.status_code == 200, response.text
            found[f"{path} {given}"] = plain(response.json(), first_id)
    return found


def main() -> None:
    one, other = (responses(url) for url in sys.argv[1:3])
    wrong = [request for request in one | other if one.get(request) != other.get(request)]
    lines = [f"{len(one)} responses were compared, {len(wrong)} differ.", *wrong]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
