"""Items and tags that are changed by many at once: no error of ours, and every count is true."""

import random
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any

import httpx
from sqlalchemy import text

from genonaut.db.session import Database
from tests.support.recount import differences

WORKERS, ROUNDS = 6, 40
NAMES = [f"tag {number}" for number in range(8)]


class Visitor:
    """A client that adds, changes and deletes at random."""

    def __init__(self, client: httpx.Client, creator: str, seed: int) -> None:
        self._client = client
        self._creator = creator
        self._chance = random.Random(seed)
        self.failures: list[str] = []

    def run(self) -> None:
        for _ in range(ROUNDS):
            answer = self._chance.choice([self._add, self._change, self._delete, self._tag])()
            if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                self.failures.append(answer.text)

    def _names(self) -> list[str]:
        return self._chance.sample(NAMES, self._chance.randrange(6))

    def _item(self) -> str:
        return f"/api/v1/content/{self._chance.randint(1, 60)}"

    def _add(self) -> httpx.Response:
        items: list[dict[str, Any]] = [
            {"prompt": "x", "creator_id": self._creator, "tags": self._names()} for _ in range(3)
        ]
        return self._client.post(
            self._chance.choice(["/api/v1/content", "/api/v1/content-auto"]), json=items
        )

    def _change(self) -> httpx.Response:
        return self._client.patch(self._item(), json={"tags": self._names()})

    def _delete(self) -> httpx.Response:
        return self._client.delete(self._item())

    def _tag(self) -> httpx.Response:
        tags = self._client.get("/api/v1/tags").json()["tags"]
        if not tags:
            return self._add()
        address = f"/api/v1/tags/{self._chance.choice(tags)['id']}"
        if self._chance.random() < 0.5:
            return self._client.delete(address)
        return self._client.patch(address, json={"name": f"renamed {self._chance.random()}"})


def test_everything_at_once(client: httpx.Client, database: Database) -> None:
    creator = client.post("/api/v1/users", json={"username": "ada"}).json()["id"]
    visitors = [Visitor(client, creator, seed) for seed in range(WORKERS)]
    with ThreadPoolExecutor(WORKERS) as threads:
        for running in [threads.submit(visitor.run) for visitor in visitors]:
            running.result()
    assert [failure for visitor in visitors for failure in visitor.failures] == []
    with database.transaction() as session:
        assert differences(session) == []
        assert session.execute(text("SELECT count(*) FROM content_tags")).scalar_one() > 0
