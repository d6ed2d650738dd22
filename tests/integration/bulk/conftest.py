"""A gallery with accounts, in which three users have items; and the programs of two of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from genonaut.config import Settings
from genonaut.db.counts import build_counts
from genonaut.db.session import Database
from tests.support.api import OpenApi
from tests.support.people import Browsers, add_account, add_token, bearer, with_accounts
from tests.support.rows import add_items, add_tag, run

BULK = "/api/v1/content/bulk"


@dataclass(frozen=True)
class Gallery:
    """Ada's items are `mine`, of both sources; bo's are `theirs`, one of them `hidden`."""

    database: Database
    client: httpx.Client
    root: httpx.Client
    ada: str
    mine: list[int]
    theirs: list[int]
    hidden: int

    def bulk(self, action: str, status: int = 200, **sent: Any) -> Any:
        """What ada's program gets."""
        answer = self.client.post(BULK, json={"action": action, **sent})
        assert answer.status_code == status, answer.text
        return answer.json()

    def carrying(self, tag: str) -> list[int]:
        """The items with a tag."""
        rows = run(
            self.database,
            "SELECT content_id FROM content_tags JOIN tags ON tags.id = tag_id WHERE name = %s",
            tag,
        )
        return sorted(one for (one,) in rows)

    def everything(self) -> list[Any]:
        """All items and tags as they are stored, but for when they were changed."""
        items = "SELECT to_jsonb(i) - 'updated_at' FROM content_items_all AS i ORDER BY id"
        tags = "SELECT to_jsonb(t) FROM content_tags AS t ORDER BY content_id, tag_id"
        return [run(self.database, items), run(self.database, tags)]


@pytest.fixture
def gallery(open_api: OpenApi, settings: Settings, database: Database) -> Iterator[Gallery]:
    ada, bo = add_account(database), add_account(database, "bo")
    root = add_account(database, "root", "admin")
    mine = add_items(database, ada, 5) + add_items(database, ada, 3, source="auto")
    theirs = add_items(database, bo, 2)
    [hidden] = add_items(database, bo, visibility="private")
    add_tag(database, "sea", [*mine[:4], *theirs])
    build_counts(database, "test")
    browsers = Browsers(str(open_api(with_accounts(settings), database).base_url))
    hers = browsers.open(headers=bearer(add_token(database, ada, "write")))
    roots = browsers.open(headers=bearer(add_token(database, root, "admin")))
    yield Gallery(database, hers, roots, ada, mine, [*theirs, hidden], hidden)
    browsers.close()
