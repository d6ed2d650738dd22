"""Favourites and albums for tests, by one request each."""

from typing import Any

import httpx

BOOKMARKS = "/api/v1/bookmarks"
ALBUMS = "/api/v1/bookmark-categories"


class Keeper:
    """A user's favourites and albums, over HTTP; without accounts, requests name the user."""

    def __init__(self, client: httpx.Client, user_id: str | None = None) -> None:
        self.client = client
        self.params = {"user_id": user_id} if user_id else {}

    def send(self, method: str, path: str, expected: int = 200, **given: Any) -> Any:
        """A request; what is responded with this status."""
        json = given.pop("json", None)
        answer = self.client.request(method, path, params=self.params | given, json=json)
        assert answer.status_code == expected, (method, path, answer.status_code, answer.text)
        return answer.json()

    def keep(self, item: int, source: str = "items", **more: Any) -> dict[str, Any]:
        """Make an item a favourite, which it was not."""
        body = {"content_id": item, "content_source_type": source, **more}
        kept: dict[str, Any] = self.send("POST", BOOKMARKS, 201, json=body)
        return kept

    def album(self, name: str = "sea", **more: Any) -> dict[str, Any]:
        """A new album."""
        made: dict[str, Any] = self.send("POST", ALBUMS, 201, json={"name": name, **more})
        return made

    def put(self, bookmark: dict[str, Any], album: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Put a favourite into an album."""
        path = f"{BOOKMARKS}/{bookmark['id']}/categories"
        placed: dict[str, Any] = self.send(
            "POST", path, 201, json={"category_id": album["id"], **more}
        )
        return placed

    def listed(self, **given: Any) -> tuple[list[int], int]:
        """The items of the favourites in a list, and its total."""
        page = self.send("GET", BOOKMARKS, **given)
        return [one["content_id"] for one in page["items"]], page["total"]

    def inside(self, album: dict[str, Any], **given: Any) -> tuple[list[int], int]:
        """The same of what is in an album, whose own number is the total."""
        page = self.send("GET", f"{ALBUMS}/{album['id']}/bookmarks", **given)
        assert page["category"]["id"] == album["id"]
        return [one["content_id"] for one in page["items"]], page["total"]

    def count(self, album: dict[str, Any]) -> int:
        """How many pictures the album says it has."""
        number: int = self.send("GET", f"{ALBUMS}/{album['id']}")["count"]
        return number
