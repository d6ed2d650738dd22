"""A small gallery, and for each request a target of its own: so no answer depends on the others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID

import httpx

from genonaut.api.services.deletion_service import DeletionService
from genonaut.content.viewer import EVERYTHING
from genonaut.db.counts import build_counts
from genonaut.db.session import Database
from genonaut.people.audit import COMMAND
from genonaut.people.by_link import LinkedAccounts
from genonaut.people.identity import Scope
from genonaut.people.sessions import Sessions
from genonaut.people.tokens import Tokens
from genonaut.people.users import Users
from tests.integration.people.bodies import BY_LINK, IMAGES, body_of
from tests.support.matrix import Row
from tests.support.people import add_account, add_token, bearer, token_in
from tests.support.rows import add_items, add_tag, run, scalar

OWN, PUBLIC, PRIVATE = "own", "public", "private"
FIXED = {
    "/docs/{name}": {"name": "swagger-ui.css"},
    "/gallery/static/{version}/{name}": {"version": "0", "name": "mark.svg"},
}
KEPT = {
    "users": "to_jsonb(t)",
    "content_items_all": "to_jsonb(t)",
    "content_tags": "to_jsonb(t)",
    "tags": "to_jsonb(t)",
    "deleted_items": "to_jsonb(t)",
    "sessions": "t.id",
    "api_tokens": "t.id",
    "one_time_links": "to_jsonb(t)",
}
"""What a refused request changes nothing of; that a session or a token was used is noted."""


@dataclass
class World:
    """The member `ada`; `grace`, who has what is another's; the administrators `root` and `gone`.

    What `gone` sends is worth nothing any more.
    """

    database: Database
    ids: Mapping[str, str]
    pictures: Mapping[str, int]
    numbers: "count[int]" = field(default_factory=count)
    tokens: dict[tuple[str, Scope], str] = field(default_factory=dict)

    @classmethod
    def of(cls, database: Database, client: httpx.Client) -> "World":
        """The users, and of each kind an item with a file, sent by its owner."""
        ids = {name: add_account(database, name) for name in ("ada", "grace")}
        ids |= {name: add_account(database, name, "admin") for name in ("root", "gone")}
        world = cls(database, ids, {})
        world.pictures = {
            OWN: world._upload(client, "ada", PRIVATE, "comfy_combined.png"),
            PUBLIC: world._upload(client, "grace", PUBLIC, "comfy_combined.png"),
            PRIVATE: world._upload(client, "grace", PRIVATE, "comfy_switch.png"),
        }
        build_counts(database, "test")
        return world

    def _upload(self, client: httpx.Client, name: str, visibility: str, file: str) -> int:
        answer = client.post(
            "/api/v1/content/upload",
            files={"files": (IMAGES / file).read_bytes()},
            data={"visibility": visibility},
            headers=bearer(self.token(name, "write")),
        )
        return int(answer.json()["results"][0]["item"]["id"])

    def cookie(self, name: str, days: float = 1) -> str:
        """A new session of a user, as a browser sends it."""
        with self.database.transaction() as session:
            begun = Sessions(session).begin(UUID(self.ids[name]), days, None, None)
        return f"genonaut={begun.secret}"

    def token(self, name: str, scope: Scope) -> str:
        """A token of a user."""
        key = name, scope
        if key not in self.tokens:
            self.tokens[key] = add_token(self.database, self.ids[name], scope)
        return self.tokens[key]

    def kept(self) -> list[tuple[str, ...]]:
        """What there is, to see that it stays."""
        parts = [f"SELECT '{table}', ({what})::text FROM {table} t" for table, what in KEPT.items()]
        return sorted(run(self.database, " UNION ALL ".join(parts)))

    def path(self, row: Row, who: str, whose: str) -> str:
        """The address of a route's target, which is a new one if it may be changed or gone."""
        path = row.path
        for name in ("item_id", "tag_id", "user_id", "session_id", "token_id"):
            if f"{{{name}}}" in path:
                made = getattr(self, f"_{name}")(row, who, whose)
                path = path.replace(f"{{{name}}}", str(made))
        values = FIXED.get(
            row.path, {"name": "home", "which": "full", "facet": "tag", "path:path": "nowhere"}
        )
        for name, value in values.items():
            path = path.replace(f"{{{name}}}", value)
        return f"{path}?token={self._link()}" if row.name == "GET /gallery/password" else path

    def body(self, row: Row, who: str) -> dict[str, Any]:
        """What a request sends, valid and new."""
        link = self._link() if row.path in BY_LINK else ""
        return body_of(row, who or "ada", f"new {next(self.numbers)}", link)

    def _owner(self, whose: str) -> str:
        return "ada" if whose == OWN else "grace"

    def _item_id(self, row: Row, who: str, whose: str) -> int:
        if row.method == "GET":
            return self.pictures[whose]
        visibility = PRIVATE if whose == PRIVATE else PUBLIC
        owner = self._owner(whose)
        [made] = add_items(self.database, self.ids[owner], visibility=visibility)
        if row.path.endswith("/undo"):
            by = "root" if who == "root" else owner
            with self.database.transaction() as session:
                DeletionService(session).delete(EVERYTHING, made, UUID(self.ids[by]), any_item=True)
        return made

    def _tag_id(self, _row: Row, _who: str, whose: str) -> str:
        return add_tag(self.database, f"tag {next(self.numbers)}", [self.pictures[whose]])

    def _user_id(self, row: Row, _who: str, whose: str) -> str:
        if row.method == "GET":
            return self.ids[self._owner(whose)]
        return add_account(self.database, f"user {next(self.numbers)}")

    def _session_id(self, _row: Row, who: str, whose: str) -> str:
        owner = who if whose == OWN and who else "grace"
        self.cookie(owner)
        newest = "SELECT id FROM sessions WHERE user_id = %s ORDER BY created_at DESC LIMIT 1"
        return str(scalar(self.database, newest, self.ids[owner]))

    def _token_id(self, _row: Row, who: str, whose: str) -> str:
        owner = who if whose == OWN and who else "grace"
        with self.database.transaction() as session:
            user = Users(session).find(owner)
            return str(Tokens(session).add(user, "a test", "read", None).token.id)

    def _link(self) -> str:
        with self.database.transaction() as session:
            accounts = LinkedAccounts(session, COMMAND)
            return token_in(accounts.make_link(accounts.find("grace")))
