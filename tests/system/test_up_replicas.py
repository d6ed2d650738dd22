"""`genonaut up --replicas`: standbys on one machine, which are kept, added and removed."""

from pathlib import Path
from signal import SIGINT

import httpx
import pytest

from genonaut.embedded.folder import ServerFolder
from genonaut.embedded.postgres import administrator
from tests.support.processes import genonaut, nothing_left, serving
from tests.support.waiting import PATIENCE_SECONDS, wait_until

STATS = "/api/v1/content/stats/unified"
SLOTS = "SELECT slot_name FROM pg_replication_slots ORDER BY slot_name"


def asked(client: httpx.Client) -> list[str]:
    """The replicas that are read from."""
    lines = client.get("/metrics").text.splitlines()
    found = [line.split('"')[1] for line in lines if line.startswith("genonaut_replica_in_use{")]
    return [name for name in found if f'genonaut_replica_in_use{{replica="{name}"}} 1.0' in lines]


def slots(home: Path) -> list[str]:
    with administrator(ServerFolder(home, "postgres")) as connection:
        return [name for (name,) in connection.execute(SLOTS)]


@pytest.mark.long
def test_standbys_are_kept_removed_and_added(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with (
        serving(home, DB_REPLICAS="2") as (up, address),
        httpx.Client(base_url=address, timeout=PATIENCE_SECONDS) as client,
    ):
        wait_until(lambda: asked(client) == ["replica-1", "replica-2"], "both are asked")
        added = client.post("/api/v1/users", json={"username": "ada"})
        position = {"X-Genonaut-Position": added.headers["X-Genonaut-Position"]}
        found = client.get(f"/api/v1/users/{added.json()['id']}", headers=position)
        assert found.json()["username"] == "ada"
        wait_until(lambda: client.get(STATS).json()["from"] == "replica", "a replica answers")
        assert slots(home) == ["genonaut_replica_1", "genonaut_replica_2"]
        lines = genonaut(home, "stats", "status").stdout.splitlines()
        assert [line[:14] for line in lines if " replica " in line] == [
            *("ok   replica-1", "ok   replica-2"),
        ]
        assert up.end(SIGINT) == 0
    nothing_left(home)
    with (
        serving(home) as (up, address),
        httpx.Client(base_url=address, timeout=PATIENCE_SECONDS) as client,
    ):
        wait_until(lambda: asked(client) == ["replica-1", "replica-2"], "both are there again")
        users = client.get("/api/v1/users").json()["users"]
        assert [user["username"] for user in users] == ["ada"]
        assert up.end(SIGINT) == 0
    with (
        serving(home, DB_REPLICAS="1") as (up, address),
        httpx.Client(base_url=address, timeout=PATIENCE_SECONDS) as client,
    ):
        wait_until(lambda: asked(client) == ["replica-1"], "the first is there")
        wait_until(lambda: not (home / "replica-2").exists(), "the second is removed")
        assert slots(home) == ["genonaut_replica_1"]
        assert up.end(SIGINT) == 0
    nothing_left(home)
