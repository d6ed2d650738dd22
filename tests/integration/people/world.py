"""A small gallery, and for each request a target of its own: so no answer depends on the others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import httpx

from genonaut.api.bookmarks.entities import AlbumValues
from genonaut.api.services.album_service import AlbumService
from genonaut.api.services.deletion_service import DeletionService
from genonaut.api.services.place_service import PlaceService
from genonaut.api.services.sharing_service import SharingService
from genonaut.content.viewer import EVERYTHING, Viewer
from genonaut.db.counts import build_counts
from genonaut.db.session import Database
from genonaut.people.audit import COMMAND
from genonaut.people.by_link import LinkedAccounts
from genonaut.people.identity import Scope
from genonaut.people.searches import Searches
from genonaut.people.sessions import Sessions
from genonaut.people.tokens import Tokens
from genonaut.people.users import Users
from tests.integration.people.bodies import BY_LINK, IMAGES, SEARCH, body_of
from tests.integration.people.kept import Kept, body_of_kept
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
    "bookmarks": "to_jsonb(t)",
    "bookmark_categories": "to_jsonb(t)",
    "bookmark_category_members": "to_jsonb(t)",
    "bookmark_category_shares": "to_jsonb(t)",
    "ratings": "to_jsonb(t)",
    "tags": "to_jsonb(t)",
    "deleted_items": "to_jsonb(t)",
    "search_history": "to_jsonb(t)",
    "sessions": "t.id",
    "api_tokens": "t.id",
    "one_time_links": "to_jsonb(t)",
    "not_duplicates": "to_jsonb(t)",
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
    album: str = ""

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
        path = self._path_to_kept(row, whose)
        for name in (
            *("token", "item_id", "tag_id", "user_id", "session_id", "token_id", "album_id"),
            *("batch", "search_id"),
        ):
            if f"{{{name}}}" in path:
                made = getattr(self, f"_{name}")(row, who, whose)
                path = path.replace(f"{{{name}}}", str(made))
        values = FIXED.get(
            row.path, {"name": "home", "which": "full", "facet": "tag", "path:path": "nowhere"}
        )
        for name, value in values.items():
            path = path.replace(f"{{{name}}}", value)
        if row.name == "GET /gallery/selection/download":
            return f"{path}?all=1"
        return f"{path}?token={self._link()}" if row.name == "GET /gallery/password" else path

    def _path_to_kept(self, row: Row, whose: str) -> str:
        """The address with a favourite, an album and a link in it, if it needs one."""
        names = ("bookmark_id", "category_id", "token")
        is_one = row.path.startswith("/api/") and any(f"{{{name}}}" in row.path for name in names)
        if not is_one:
            return row.path
        kept = Kept(
            self.database, self.ids[self._owner(whose)], whose == PUBLIC, next(self.numbers)
        )
        if row.method != "POST":
            kept.place()
        self.album = kept.album
        is_of_link = row.name.endswith("share") or "{token}" in row.path
        token = kept.share() if is_of_link else ""
        path = row.path
        for name, value in zip(names, (kept.bookmark, kept.album, token), strict=True):
            path = path.replace(f"{{{name}}}", value)
        return path

    def body(self, row: Row, who: str) -> dict[str, Any]:
        """What a request sends, valid and new."""
        new = f"new {next(self.numbers)}"
        if row.path.startswith("/api/v1/bookmark"):
            return body_of_kept(row, new, self.pictures[PUBLIC], self.album)
        body = body_of(row, who or "ada", new, self._link() if row.path in BY_LINK else "")
        if row.path.endswith("/cover"):
            body["data"] = {"item": str(self.pictures[PUBLIC])}
        return body

    def _owner(self, whose: str) -> str:
        return "ada" if whose == OWN else "grace"

    def _item_id(self, row: Row, who: str, whose: str) -> int:
        is_auto = "content-auto" in row.path
        if row.method == "GET" and not is_auto:
            return self.pictures[whose]
        visibility = PRIVATE if whose == PRIVATE else PUBLIC
        owner, source = self._owner(whose), "auto" if is_auto else "items"
        [made] = add_items(self.database, self.ids[owner], 1, source, visibility=visibility)
        if row.path.endswith("/undo"):
            by = "root" if who == "root" else owner
            with self.database.transaction() as session:
                DeletionService(session).delete(EVERYTHING, made, UUID(self.ids[by]), any_item=True)
        return made

    def _batch(self, _row: Row, who: str, whose: str) -> str:
        owner, batch = self._owner(whose), uuid4()
        by = "root" if who == "root" else owner
        ids = add_items(self.database, self.ids[owner], 2)
        with self.database.transaction() as session:
            items = dict.fromkeys(ids, UUID(self.ids[owner]))
            DeletionService(session).delete_together(items, UUID(self.ids[by]), batch)
        return str(batch)

    def _album_id(self, row: Row, _who: str, whose: str) -> str:
        """An album of its owner, of which the public one is shown to other users."""
        with self.database.transaction() as session:
            eyes, albums = Viewer(UUID(self.ids[self._owner(whose)])), AlbumService(session)
            assert eyes.user_id
            values = AlbumValues(name=f"album {next(self.numbers)}", is_public=whose == PUBLIC)
            album = albums.add(eyes, eyes.user_id, values)
            if row.path.endswith("/revoke"):
                SharingService(session).share(eyes, album.id, with_prompts=True)
        return str(album.id)

    def _token(self, row: Row, who: str, whose: str) -> str:
        """The secret link to an album with a picture of its owner's."""
        album_id = UUID(self._album_id(row, who, whose))
        with self.database.transaction() as session:
            eyes = Viewer(UUID(self.ids[self._owner(whose)]))
            PlaceService(session).put_items(eyes, album_id, [self.pictures[whose]])
            return SharingService(session).share(eyes, album_id, with_prompts=True).token

    def _tag_id(self, _row: Row, _who: str, whose: str) -> str:
        return add_tag(self.database, f"tag {next(self.numbers)}", [self.pictures[whose]])

    def _user_id(self, row: Row, _who: str, whose: str) -> str:
        is_own = row.method == "PUT" or "search-history" in row.path
        if row.method == "GET" or (is_own and whose == OWN):
            self._add_search(self._owner(whose), SEARCH)
            return self.ids[self._owner(whose)]
        return add_account(self.database, f"user {next(self.numbers)}")

    def _search_id(self, _row: Row, who: str, whose: str) -> int:
        return self._add_search(who if whose == OWN and who else "grace", "fog")

    def _add_search(self, owner: str, query: str) -> int:
        with self.database.transaction() as session:
            return Searches(session, UUID(self.ids[owner])).add(query).id

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
