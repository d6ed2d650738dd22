"""What the requests of the matrix send."""

from typing import Any

from tests.support.docs import ROOT
from tests.support.matrix import Row
from tests.support.people import PASSWORD

IMAGES = ROOT / "tests/cases/images"
SEARCH = "calm sea"
BY_LINK = ("/api/v1/account/choose-password", "/gallery/password")


def body_of(row: Row, who: str, new: str, link: str) -> dict[str, Any]:
    """A valid body for a route: `new` is a name that is not there yet, `link` a link's secret."""
    if row.path.endswith("/upload"):
        return {"files": {"files": (IMAGES / "plain.png").read_bytes()}}
    if row.path.startswith("/gallery/duplicates/"):
        return {"data": {"keep": "999999999", "member": "999999999"}}
    if row.path.endswith("/rating"):
        return {"json": {"value": 3}} if row.path.startswith("/api/") else {"data": {"value": "3"}}
    if row.path.endswith("/content/bulk"):
        return {"json": {"action": "tag", "tags": [new], "ids": [1]}}
    if row.path.endswith("/content/download"):
        return {"json": {"ids": [1]}}
    set_up = {"token": "x" * 43, "username": new, "password": PASSWORD}
    chosen = {"token": link, "password": PASSWORD}
    fields: dict[str, dict[str, str]] = {
        "/sign-in": {"username": who, "password": PASSWORD},
        "/set-up": set_up,
        "/setup": set_up,
        "/choose-password": chosen,
        "/gallery/password": chosen,
        "/account/password": {"current_password": PASSWORD, "new_password": PASSWORD},
        "/account/details": {"default_visibility": "public"},
        "/gallery/account": {"default_visibility": "public"},
        "/account/searches": {"keep": "yes"},
        "/tokens": {"name": new, "scope": "read"},
        "/users": {"username": new},
        "/users/{user_id}": {"email": "ada@example.org"},
        "/role": {"role": "member"},
        "/tags/{tag_id}": {"name": new},
        "/visibility": {"visibility": "public"},
        "/gallery/selection": {"do": "public", "id": "1"},
        "/gallery/selection/download": {"id": "1"},
        "/items/{item_id}/tags": {"tag": new},
        "/search-history": {"search_query": new},
        "/by-query": {"search_query": SEARCH},
        "/favourite": {"favourite": "yes"},
        "/place": {"to": "later"},
        "/albums": {"name": new, "new": new},
        "/albums/{album_id}": {"name": new},
        "/{album_id}/link": {"prompts": "no"},
        "/content": {"prompt": new},
        "/content-auto": {"prompt": new},
        "/content/{item_id}": {"title": new},
    }
    sent = next((of for end, of in fields.items() if row.path.endswith(end)), {})
    return {"json" if row.path.startswith("/api/") else "data": sent}
