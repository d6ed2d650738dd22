"""Live numbers: what a stream says, to whom, for how long, and what it costs the database."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from genonaut.api.http.server_counts import Question, ServerCounts
from genonaut.api.live import stream, streams
from genonaut.config import Settings
from genonaut.db.counts import build_counts
from genonaut.db.session import Database
from tests.integration.test_api_metrics import Samples
from tests.integration.test_counts_reader import impatient
from tests.support.api import running_api
from tests.support.people import Browsers, add_account, add_token, bearer, with_accounts
from tests.support.rows import add_items, add_user, run
from tests.support.streams import STREAM, opened
from tests.support.waiting import wait_until

STATS = "/api/v1/content/stats/unified"
MODERN = {"Accept-Encoding": "gzip, br"}


@pytest.fixture(autouse=True)
def _without_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(streams, "CHECK_SECONDS", 0)  # with every query


@pytest.fixture
def built(database: Database) -> Database:
    """With a user and some items, and counts that are built."""
    add_items(database, add_user(database, "ada", ADA), 3)
    build_counts(database, "test")
    return database


ADA = "00000000-0000-4000-8000-00000000000a"


def limited(settings: Settings, **limits: int) -> Settings:
    return settings.model_copy(update={"api": settings.api.model_copy(update=limits)})


def open_streams(client: httpx.Client) -> float | None:
    return Samples(client).value("live_streams")


def test_it_says_at_once_what_is_so_and_then_what_has_changed(
    client: httpx.Client, built: Database
) -> None:
    with opened(client, params={"user_id": ADA}, headers=MODERN) as events:
        assert events.answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert events.answer.headers["cache-control"] == "private, no-store"
        assert events.answer.headers["x-accel-buffering"] == "no"
        assert "content-encoding" not in events.answer.headers
        assert events.any().retry == 3000
        first = events.next()
        assert (first.data["user_regular_count"], first.data["community_auto_count"]) == (3, 0)
        run(built, f"INSERT INTO content_items_auto (title, content_data, prompt, creator_id)"
                   f" VALUES ('t', '', 'p', '{ADA}')")  # fmt: skip
        then = events.next()
        assert (then.data["user_auto_count"], then.data["community_auto_count"]) == (1, 1)
        assert first.id < then.id
        once = client.get(STATS, params={"user_id": ADA}).json()
        assert {**once, "as_of": ""} == {**then.data, "as_of": ""}
        assert list(once) == list(then.data)


def test_a_creator_is_told_as_well(client: httpx.Client, built: Database) -> None:
    bo = add_user(built, "bo")
    with opened(client, params={"user_id": ADA, "creator_id": bo}) as events:
        assert events.next().data["user_regular_count"] == 3
        assert events.next("creator").data["user_regular_count"] == 0
        add_items(built, bo)
        assert events.next("creator").data["user_regular_count"] == 1


def test_after_a_lost_connection_all_is_told_again(client: httpx.Client, built: Database) -> None:
    with opened(client) as events:
        last = events.next()
    with opened(client, headers={"Last-Event-ID": last.id}) as events:
        assert events.next().data["community_regular_count"] == 3


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Of each query for counts, how many were answered by it."""
    numbers: list[int] = []
    read = ServerCounts._read

    async def noted(self: ServerCounts, questions: Sequence[Question]) -> Any:
        numbers.append(len(set(questions)))
        return await read(self, questions)

    monkeypatch.setattr(ServerCounts, "_read", noted)
    return numbers


def test_one_query_is_for_all_streams_and_without_streams_there_is_none(
    asked: list[int], settings: Settings, built: Database
) -> None:
    users = [add_user(built, f"user {number}") for number in range(10)]
    with running_api(settings, built) as client:
        with ExitStack() as stack:
            pages = [stack.enter_context(opened(client, params={"user_id": one})) for one in users]
            for page in pages:
                page.next()
            before = len(asked)
            wait_until(lambda: len(asked) >= before + 3, "they are told by further queries")
            assert set(asked[before:]) == {len(users)}
            assert open_streams(client) == len(users)
            add_items(built, users[0])
            assert [page.next().data["user_regular_count"] for page in pages] == [1, *[0] * 9]
        wait_until(lambda: open_streams(client) == 0, "they are closed")
        client.get(STATS)  # answered after what was under way
        reads, before = Samples(client).value("live_reads_total"), len(asked)
        for _ in range(50):
            client.get(STATS)
        assert len(asked) == before + 50, "only requests ask"
        assert Samples(client).value("live_reads_total") == reads


@pytest.mark.long
def test_its_figures(client: httpx.Client, built: Database) -> None:
    before = Samples(client)
    with opened(client) as events:
        events.next()
        add_items(built, ADA)
        events.next()
        during = Samples(client)
        assert during.value("live_streams") == 1
        assert grown(before, during, "live_events_total") == 2
        assert grown(before, during, "live_reads_total") > 0
        assert grown(before, during, "live_read_seconds_total") > 0
    wait_until(lambda: open_streams(client) == 0, "it is closed")
    ended = {"method": "GET", "route": STREAM}
    after = Samples(client)
    longest = after.value("http_request_duration_seconds_sum", **ended)
    assert after.value("http_requests_total", **ended, status="200")
    assert longest is not None, "it counts until it begins"


def grown(before: Samples, after: Samples, name: str) -> float:
    return (after.value(name) or 0) - (before.value(name) or 0)


def test_only_who_may_see_it_is_told_of_what_is_private(
    settings: Settings, built: Database
) -> None:
    bo = add_account(built, "bo")
    add_items(built, bo, 2, visibility="private")
    root = add_account(built, "root", "admin")
    tokens = {name: bearer(add_token(built, user)) for name, user in (("bo", bo), ("root", root))}
    with running_api(with_accounts(settings), built) as client, ExitStack() as stack:
        told = {}
        for name in ("visitor", "bo", "root"):
            given: dict[str, Any] = {"params": {"user_id": bo}, "headers": tokens.get(name, {})}
            told[name] = stack.enter_context(opened(client, **given))
        assert {name: numbers(one) for name, one in told.items()} == {
            "visitor": (0, 3), "bo": (2, 5), "root": (2, 5)
        }  # fmt: skip
        run(built, "UPDATE content_items SET visibility = 'public' WHERE creator_id = %s", bo)
        add_items(built, bo, visibility="private")
        told["visitor"].until(user_regular_count=2, community_regular_count=5)
        for name in ("bo", "root"):
            told[name].until(user_regular_count=3, community_regular_count=6)


def numbers(events: Any) -> tuple[int, int]:
    data = events.next().data
    return data["user_regular_count"], data["community_regular_count"]


ENDINGS: dict[str, str] = {
    "the session is ended": "DELETE FROM sessions",
    "the session expires": "UPDATE sessions SET expires_at = now()",
    "the token is revoked": "DELETE FROM api_tokens",
    "the user is disabled": "UPDATE users SET disabled_at = now() WHERE username = 'bo'",
    "the user has another role": "UPDATE users SET role = 'admin' WHERE username = 'bo'",
    "the user is deleted": "DELETE FROM users WHERE username = 'bo'",
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("why", ENDINGS)
def test_a_stream_ends_when(settings: Settings, built: Database, why: str) -> None:
    bo = add_account(built, "bo")
    ours = with_accounts(settings)
    with running_api(ours, built) as client, ExitStack() as stack:
        if "token" in why:
            sender = client
            given: dict[str, Any] = {"headers": bearer(add_token(built, bo))}
        else:
            browsers = Browsers(str(client.base_url))
            stack.callback(browsers.close)
            sender, given = browsers.sign_in("bo"), {}
        mine = stack.enter_context(opened(sender, **given))
        visitors = stack.enter_context(opened(client))
        for events in (mine, visitors):
            assert events.next()
        run(built, ENDINGS[why])
        add_items(built, ADA)
        assert all(not one.data for one in mine.rest()), "and it is told nothing more"
        assert visitors.next().data["community_regular_count"] == 4, "others go on"


def test_an_open_stream_is_no_use_of_a_session(settings: Settings, built: Database) -> None:
    add_account(built, "bo")
    with running_api(with_accounts(settings), built) as client, ExitStack() as stack:
        browsers = Browsers(str(client.base_url))
        stack.callback(browsers.close)
        events = stack.enter_context(opened(browsers.sign_in("bo")))
        run(built, "UPDATE sessions SET last_seen_at = now() - interval '2 hours'")
        reads = Samples(client)
        wait_until(
            lambda: grown(reads, Samples(client), "live_reads_total") > 5, "it was looked up again"
        )
        assert events.next()
        [(seconds,)] = run(
            built, "SELECT extract(epoch FROM now() - last_seen_at)::int FROM sessions"
        )
    assert seconds >= 7200


def test_where_visitors_may_do_nothing_there_is_no_stream_for_them(
    open_api: Callable[..., httpx.Client], settings: Settings, built: Database
) -> None:
    client = open_api(with_accounts(settings, anonymous="nothing"), built)
    assert client.get(STREAM).status_code == 401


def test_its_limits(settings: Settings, built: Database) -> None:
    bo = bearer(add_token(built, add_account(built, "bo")))
    ours = limited(with_accounts(settings), live_streams=3, live_streams_of_one=2)
    with running_api(ours, built) as client, ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(opened(client))
        refused = client.get(STREAM)
        assert (refused.status_code, refused.json()["error"]) == (429, "too_many_streams")
        assert refused.headers["retry-after"] == "60"
        with opened(client, headers=bo):
            full = client.get(STREAM, headers=bo)
            assert (full.status_code, full.json()["error"]) == (503, "streams_full")
            assert full.headers["retry-after"] == "30"
            assert "api.live-streams" in full.json()["detail"]
        wait_until(lambda: client.head(STREAM, headers=bo).status_code == 200, "a place is free")


def test_there_may_be_none(settings: Settings, built: Database) -> None:
    with running_api(limited(settings, live_streams=0), built) as client:
        answer = client.get(STREAM)
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
        assert "data-live" not in client.get("/gallery").text


def test_a_database_that_does_not_answer_is_told_and_so_is_its_return(
    settings: Settings, built: Database
) -> None:
    with running_api(impatient(settings, 5), built) as client, opened(client) as events:
        first = events.next()
        with built.transaction() as session:
            session.connection().exec_driver_sql("LOCK gen_source_stats IN ACCESS EXCLUSIVE MODE")
            assert events.next("stale").data["as_of"] >= first.id
        assert events.next().data["community_regular_count"] == 3


def test_a_lost_connection_to_the_database_is_no_loss(
    client: httpx.Client, built: Database
) -> None:
    others = (
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND query LIKE '%AS ledger_rows%'"
    )
    with opened(client) as events:
        events.next()
        run(built, others)
        add_items(built, ADA)
        assert events.until(community_regular_count=4)


def test_counts_that_were_never_built_are_counted_once(
    client: httpx.Client, database: Database
) -> None:
    user = add_user(database)
    add_items(database, user, 2)
    with opened(client, params={"user_id": user}) as events:
        first = events.next().data
        assert (first["user_regular_count"], first["source"]) == (2, "live")
        build_counts(database, "test")
        then = events.next().data
        assert (then["user_regular_count"], then["source"]) == (2, "cache")


def test_head_does_not_wait_for_the_end(client: httpx.Client, built: Database) -> None:
    answer = client.head(STREAM)
    assert (answer.status_code, answer.content) == (200, b"")
    wait_until(lambda: open_streams(client) == 0, "it is no stream")


def test_the_end_of_the_application_ends_streams(settings: Settings, built: Database) -> None:
    with ExitStack() as stack:
        with running_api(settings, built) as client:
            own = stack.enter_context(
                httpx.Client(base_url=client.base_url, timeout=client.timeout)
            )
            events = stack.enter_context(opened(own))
            events.next()
        assert not any(one.name for one in events.rest()), "it ends, and is not cut off"


def test_one_that_does_not_read_is_dropped(
    settings: Settings, built: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "SLOW_SECONDS", 0.2)
    monkeypatch.setattr(stream, "HEARTBEAT", b": " + b"x" * 1_000_000 + b"\n\n")
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.0)
    with running_api(settings, built) as client, opened(client):
        wait_until(lambda: open_streams(client) == 0, "its stream is dropped")
