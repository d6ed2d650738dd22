"""Replicas that are killed, hang, break off what they answer, or are none: requests go on."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP

import httpx
import pytest

from genonaut.db.replica import ReplicaLostError
from tests.integration.replicas.conftest import Serving, serving
from tests.integration.replicas.test_own_writes import STATS
from tests.support import servers
from tests.support.replicas import Group, Node
from tests.support.rows import add_tag, run
from tests.support.waiting import wait_until

PATHS = ("/api/v1/content/unified", STATS, "/api/v1/tags", "/gallery")


def all_well(client: httpx.Client) -> bool:
    return all(client.get(path).status_code == 200 for path in PATHS for _ in range(4))


def complaints(api: Serving) -> list[str | None]:
    assert api.database.replicas is not None
    return [one.standing.complaint for one in api.database.replicas.members]


@contextmanager
def killed(*standbys: Node) -> Iterator[None]:
    for standby in standbys:
        standby.end(SIGKILL)
    try:
        yield
    finally:
        for standby in standbys:
            standby.start()


def test_lost_replicas_are_missed_by_no_request_and_asked_again_later(api: Serving) -> None:
    first, second = api.group.standbys
    assert all_well(api.client)
    with killed(first):
        assert all_well(api.client)
        wait_until(lambda: complaints(api) == ["cannot be reached", None], "the first is missed")
        with killed(second):
            assert all_well(api.client)
            wait_until(lambda: api.usable() == 0, "both are missed")
            assert all_well(api.client)
            assert api.client.get(STATS).json()["from"] == "primary"
            assert_reported(api, ["replicas"])
    wait_until(lambda: api.usable() == 2, "both are asked again")
    assert api.client.get(STATS).json()["from"] == "replica"
    assert_reported(api, [])


def assert_reported(api: Serving, degraded: list[str]) -> None:
    """Operators are told; a load balancer goes on sending requests."""
    ready = api.client.get("/health/ready")
    assert ready.status_code == 200
    found = [name for name in ready.json()["degraded"] if name != "broker"]
    assert found == degraded
    metrics = api.client.get("/metrics").text
    for node in api.group.standbys:
        asked = f'genonaut_replica_in_use{{replica="127.0.0.1:{node.port}"}}'
        assert f"{asked} {0.0 if degraded else 1.0}" in metrics
        lag = f'genonaut_replica_lag_seconds{{replica="127.0.0.1:{node.port}"}}'
        assert (lag in metrics) == (not degraded)


def test_a_replica_that_hangs_holds_no_request_for_long(api: Serving) -> None:
    assert all_well(api.client)
    with hanging(api.group.standbys[0]):
        began = time.monotonic()
        assert all_well(api.client)
        wait_until(lambda: complaints(api) == ["cannot be reached", None], "it is missed")
        assert all_well(api.client)
        # The statement's time limit, which tests have made longer, is not waited for.
        assert time.monotonic() - began < api.settings.api.statement_timeout_seconds
    wait_until(lambda: api.usable() == 2, "it is asked again")


@contextmanager
def hanging(standby: Node) -> Iterator[None]:
    [postmaster, *_] = (standby.data / "postmaster.pid").read_text().splitlines()
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    processes = [int(number) for number in (postmaster, *children)]
    for process in processes:
        os.kill(process, SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, SIGCONT)


@pytest.mark.long
def test_a_request_that_a_replica_breaks_off_is_answered_by_the_primary(api: Serving) -> None:
    """It waits on the replica for a lock that the primary holds no more."""
    add_tag(api.owner, "sea")
    found: list[httpx.Response] = []
    first, second = api.group.standbys
    with killed(second):
        wait_until(lambda: complaints(api)[1], "the second is missed")
        with api.group.primary.connect(api.settings.db.name) as connection:
            connection.autocommit = False
            connection.execute("LOCK TABLE tags IN ACCESS EXCLUSIVE MODE")
            connection.execute("SELECT pg_current_xact_id()")
            connection.execute("CREATE TABLE a_mark ()")
            api.group.primary.written()
            first.catches_up_with(api.group.primary)
            first.pause()
            connection.rollback()
        asking = threading.Thread(target=lambda: found.append(api.client.get("/api/v1/tags")))
        asking.start()
        wait_until(lambda: _waits_for_a_lock(first, api.settings.db.name), "the request waits")
        with killed(first):
            asking.join()
    assert [one.status_code for one in found] == [200]
    assert [tag["name"] for tag in found[0].json()["tags"]] == ["sea"]
    wait_until(lambda: api.usable() == 2, "both are asked again")


def _waits_for_a_lock(node: Node, database: str) -> bool:
    with node.connect(database) as connection:
        waiting = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        return bool(connection.execute(waiting).rowcount)


def test_a_snapshot_that_is_in_the_way_of_replaying_is_no_reason_to_miss_a_replica(
    api: Serving,
) -> None:
    for standby in api.group.standbys:
        _configure(standby, "max_standby_streaming_delay = 0")
    try:
        with pytest.raises(ReplicaLostError), api.database.reading() as session:  # noqa: PT012
            assert session.info["origin"].name == "replica"
            session.connection().exec_driver_sql("SELECT count(*) FROM tags")
            run(api.owner, "LOCK TABLE tags IN ACCESS EXCLUSIVE MODE; CREATE TABLE a_mark ()")
            run(api.owner, "DROP TABLE a_mark")
            for standby in api.group.standbys:
                standby.catches_up_with(api.group.primary)
            session.connection().exec_driver_sql("SELECT count(*) FROM tags")
        assert api.usable() == 2
        with api.database.reading() as session:
            assert session.info["origin"].name == "replica"
    finally:
        for standby in api.group.standbys:
            _configure(standby, "max_standby_streaming_delay = 30000")


def _configure(node: Node, setting: str) -> None:
    with node.connect() as connection:
        connection.execute(f"ALTER SYSTEM SET {setting}")
        connection.execute("SELECT pg_reload_conf()")
        name, _, value = setting.partition(" = ")
        asked = f"SELECT setting FROM pg_settings WHERE name = '{name}'"
        wait_until(lambda: connection.execute(asked).fetchone() == (value,), "it is configured")


@pytest.mark.long
def test_what_is_no_replica_of_the_database_is_not_asked(
    group: Group, api: Serving, run_folder: Path
) -> None:
    """A server that takes writes itself, and a standby of another one."""
    stranger = Node(servers.prepared_home(run_folder), servers.make_folder())
    stranger.start()
    try:
        with stranger.connect() as connection:
            connection.execute("ALTER ROLE genonaut_app LOGIN PASSWORD 'of-the-replicated-server'")
        urls = [node.url("genonaut_app", "genonaut_test") for node in (stranger, group.primary)]
        with serving(group, api.owner, urls) as other:
            wait_until(
                lambda: all(one and "takes writes itself" in one for one in complaints(other)),
                "neither is asked",
            )
            assert other.client.get(STATS).json()["from"] == "primary"
    finally:
        stranger.end()
