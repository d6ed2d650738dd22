"""The auditor: it passes a sound database, and finds what is wrong with any other."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from genonaut.cli import main
from genonaut.counting import audit
from genonaut.counting.audit import Finding, Limits
from genonaut.counting.engine import fold, record_failure, refresh
from genonaut.db.counts import COUNTS, GEN_SOURCE, build_counts
from genonaut.db.session import Database
from tests.support.recount import differences
from tests.support.rows import Where, add_items, add_user, run

pytestmark = pytest.mark.both_servers

LIMITS = Limits(ledger_rows=100, refresh_age_seconds=3600)
ADA = "00000000-0000-0000-0000-000000000001"
BOB = "00000000-0000-0000-0000-000000000002"


def add_content(where: Where) -> None:
    """Ada has two regular items and an automatic one, Bob has none."""
    add_user(where, user_id=ADA)
    add_user(where, "bob", user_id=BOB)
    add_items(where, ADA, 2)
    add_items(where, ADA, 1, "auto")


@pytest.fixture
def built(database: Database) -> Database:
    """The content, and counts that were built."""
    add_content(database)
    build_counts(database, "test")
    return database


def check(session: Session) -> dict[str, Finding]:
    return {finding.what: finding for finding in audit.check(session, GEN_SOURCE, LIMITS)}


def troubles_after(database: Database, statement: str) -> dict[str, Finding]:
    """What is found to be wrong after a statement; the statement is undone."""
    with Session(database.engine) as session:
        session.execute(text(statement))
        return {what: finding for what, finding in check(session).items() if not finding.ok}


def test_a_sound_database(built: Database) -> None:
    with built.transaction() as session:
        found = check(session)
    assert [finding.ok for finding in found.values()] == [True] * 4
    assert found["counts"].detail == "All 4 counts equal a recount."
    assert re.fullmatch(r"All \d+ triggers are in place\.", found["triggers"].detail)
    assert found["ledger"].detail == "The ledger has 0 rows."
    assert found["refresh"].detail.startswith("The last refresh was ")


def test_a_glance_looks_at_all_but_the_counts(built: Database) -> None:
    with built.transaction() as session:
        everything = [finding.what for finding in audit.check(session, GEN_SOURCE, LIMITS)]
        glance = [finding.what for finding in audit.status(session, GEN_SOURCE, LIMITS)]
    assert everything == ["counts", "triggers", "ledger", "refresh"]
    assert glance == everything[1:]


# Counts

WRONG_COUNTS = {
    "a wrong count": (
        f"UPDATE gen_source_stats SET count = 7 WHERE user_id = '{ADA}' AND count = 2",
        {"who": ADA, "kind": "regular", "reported": 7, "shown": 7, "truth": 2},
    ),
    "a missing row": (
        f"DELETE FROM gen_source_stats WHERE user_id = '{ADA}' AND source_type = 'auto'",
        {"who": ADA, "kind": "auto", "reported": 0, "shown": 0, "truth": 1},
    ),
    "an extra row": (
        f"INSERT INTO gen_source_stats (user_id, source_type, count) VALUES ('{BOB}', 'auto', 3)",
        {"who": BOB, "kind": "auto", "reported": 3, "shown": 3, "truth": 0},
    ),
    "a wrong total": (
        "UPDATE gen_source_stats SET count = -1 WHERE user_id IS NULL AND source_type = 'auto'",
        {"who": "Community", "kind": "auto", "reported": -1, "shown": -1, "truth": 1},
    ),
    "a stray row in the ledger": (
        "INSERT INTO gen_source_deltas VALUES (NULL, 'regular', 5)",
        {"who": "Community", "kind": "regular", "reported": 7, "shown": 7, "truth": 2},
    ),
}


@pytest.mark.parametrize("wrong", WRONG_COUNTS)
def test_counts_that_are_wrong(built: Database, wrong: str) -> None:
    statement, worst = WRONG_COUNTS[wrong]
    found = troubles_after(built, statement)
    assert found.keys() == {"counts"}
    assert found["counts"].data["wrong"] == 1
    assert found["counts"].data["worst"] == [worst]
    sentence = "readers get {reported}, the view shows {shown}, and there are {truth}."
    assert sentence.format(**worst) in found["counts"].detail


def test_the_worst_comes_first(built: Database) -> None:
    found = troubles_after(built, "UPDATE gen_source_stats SET count = count * 10")
    worst = found["counts"].data["worst"]
    assert [row["reported"] - row["truth"] for row in worst] == [18, 18, 9, 9]


def test_what_was_written_behind_the_triggers(built: Database) -> None:
    with Session(built.engine) as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text("DELETE FROM content_items"))
        found = check(session)
    assert not found["counts"].ok
    assert found["triggers"].ok, "they are all there: the writer bypassed them"


# The machinery

TROUBLES = {
    "ALTER TABLE content_items DISABLE TRIGGER gen_source_insert": [
        "the trigger gen_source_insert on content_items is disabled"
    ],
    "ALTER TABLE content_items_auto ENABLE REPLICA TRIGGER gen_source_update": [
        "the trigger gen_source_update on content_items_auto is disabled"
    ],
    "DROP TRIGGER gen_source_forget_everything ON users": [
        "users has no trigger gen_source_forget_everything"
    ],
    "DROP FUNCTION gen_source_forget_everything CASCADE": [
        "users has no trigger gen_source_forget_everything",
        "the function gen_source_forget_everything is missing",
    ],
    "CREATE OR REPLACE FUNCTION gen_source_count_insert() RETURNS trigger LANGUAGE plpgsql"
    " AS 'BEGIN RETURN NULL; END'": [
        "the function gen_source_count_insert is not the current version"
    ],
    "DROP TRIGGER gen_source_insert ON content_items; CREATE TRIGGER gen_source_insert"
    " AFTER INSERT ON content_items REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT"
    " WHEN (false) EXECUTE FUNCTION gen_source_count_insert()": [
        "the trigger gen_source_insert on content_items is not the current version"
    ],
    "CREATE TABLE content_items_video PARTITION OF content_items_all FOR VALUES IN ('video')": [
        f"content_items_video has no trigger gen_source_{what}"
        for what in ("delete", "insert", "truncate", "update")
    ],
}


@pytest.mark.parametrize("statement", TROUBLES)
def test_triggers_that_do_not_do_their_work(built: Database, statement: str) -> None:
    found = troubles_after(built, statement)
    assert found.keys() == {"triggers"}
    assert found["triggers"].data["troubles"] == TROUBLES[statement]
    assert found["triggers"].detail.startswith("; ".join(TROUBLES[statement]) + ".")


def test_a_part_that_was_detached(built: Database) -> None:
    detach = "ALTER TABLE content_items_all DETACH PARTITION content_items_auto"
    found = troubles_after(built, detach)
    assert found.keys() == {"counts", "triggers"}
    assert found["triggers"].data["troubles"] == [
        f"content_items_auto has the trigger gen_source_{what}, "
        "but is not a part of what is counted"
        for what in ("delete", "insert", "truncate", "update")
    ]


def test_triggers_that_always_fire_are_well(built: Database) -> None:
    always = "ALTER TABLE content_items ENABLE ALWAYS TRIGGER gen_source_insert"
    assert troubles_after(built, always) == {}


# What the advice says, done to the letter

DAMAGE = {
    **{what: statement for what, (statement, _) in WRONG_COUNTS.items()},
    "a missing function": "DROP FUNCTION gen_source_place_triggers()",
    "a missing function and its triggers": "DROP FUNCTION gen_source_count_insert() CASCADE",
    "a changed function": "ALTER FUNCTION gen_source_count_delete() RESET search_path",
    "a disabled trigger": "ALTER TABLE content_items DISABLE TRIGGER gen_source_insert",
    "a disabled trigger of users": "ALTER TABLE users DISABLE TRIGGER gen_source_forget_everything",
    "a missing trigger": "DROP TRIGGER gen_source_insert ON content_items",
    "a missing trigger of the counts": "DROP TRIGGER gen_source_forget_owner ON gen_source_stats",
    "a new partition": "CREATE TABLE content_items_video"
    " PARTITION OF content_items_all FOR VALUES IN ('video')",
    "a partition that is none": "ALTER TABLE content_items_all DETACH PARTITION content_items_auto",
    "a changed view": "CREATE OR REPLACE VIEW gen_source_counts AS"
    " SELECT user_id, source_type, count FROM gen_source_stats WHERE user_id IS NOT NULL",
}
WRITE = f"""
    INSERT INTO content_items (title, content_data, prompt, creator_id)
    VALUES ('t', 'd', 'p', '{ADA}')"""


@pytest.mark.parametrize("damage", DAMAGE)
def test_the_advice_repairs_it(
    built: Database, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Session(built.engine) as session:
        session.execute(text(DAMAGE[damage]))
        session.execute(text(WRITE))
        advice = [finding.detail for finding in check(session).values() if not finding.ok]
        assert advice
        for step in re.findall(r"`([^`]+)`", " ".join(advice)):
            follow(session, step, capsys)
        assert [finding.detail for finding in check(session).values() if not finding.ok] == []
        session.execute(text(WRITE))
        assert differences(session) == []


def follow(session: Session, step: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Do what a command or statement would do, within the session: so it can be undone."""
    if step == "genonaut stats refresh":
        for count in COUNTS.values():
            refresh(session, count, "test")
    elif step.startswith("genonaut stats sql "):
        printing, executing = step.split(" | ")
        assert executing == "genonaut db psql"
        with pytest.raises(SystemExit) as ended:
            main(printing.split()[1:])
        assert ended.value.code == 0
        session.connection().exec_driver_sql(capsys.readouterr().out.replace("%", "%%"))
    else:
        session.execute(text(step))


def test_the_advice_in_a_shell(built: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", built.url.render_as_string(hide_password=False))
    monkeypatch.setenv("GENONAUT_ENV", "test")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    run(built, "DROP FUNCTION gen_source_place_triggers()")
    with built.transaction() as session:
        [command, *_] = re.findall(r"`([^`]+)`", check(session)["triggers"].detail)
    subprocess.run(command, shell=True, check=True, capture_output=True)  # noqa: S602
    with built.transaction() as session:
        assert check(session)["triggers"].ok


def test_an_unknown_count_is_refused(stats: "Command", capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["stats", "check", "nope", "--env", "test"])
    assert ended.value.code == 2
    assert capsys.readouterr().err == (
        "genonaut: There is no count 'nope': use one of gen_source, tag_cardinality, "
        "private_source, private_regular_tag, private_auto_tag, facet, private_facet, "
        "creator_regular_tag, creator_auto_tag, bookmark, album_item, album, rating.\n"
    )


def test_a_ledger_that_is_not_folded(built: Database) -> None:
    rows = "INSERT INTO gen_source_deltas SELECT NULL, 'auto', 0 FROM generate_series(1, {})"
    assert troubles_after(built, rows.format(100)) == {}
    found = troubles_after(built, rows.format(101))
    assert found.keys() == {"ledger"}
    assert found["ledger"].data == {"rows": 101}
    assert found["ledger"].detail.startswith("The ledger has 101 rows, more than 100: ")


def test_counts_that_were_never_built(database: Database) -> None:
    add_content(database)
    with database.transaction() as session:
        found = {what: finding for what, finding in check(session).items() if not finding.ok}
    assert found.keys() == {"refresh"}
    assert found["refresh"].detail.startswith("The counts were never built: ")


def test_a_refresh_long_ago(built: Database) -> None:
    found = troubles_after(
        built, "UPDATE gen_source_refreshes SET started_at = now() - interval '3 hours'"
    )
    assert found.keys() == {"refresh"}
    assert found["refresh"].detail.startswith("The last refresh was 3 h ago, which is too long: ")
    assert found["refresh"].data["seconds_since_good"] == pytest.approx(10_800, abs=600)


def test_a_refresh_from_the_future_is_no_proof(built: Database) -> None:
    clock = Path(__file__).parents[1] / "cases" / "ops" / "clock.sql"
    run(built, clock.read_text())
    with built.transaction() as session:
        found = check(session)["refresh"]
    assert not found.ok
    assert "in the future" in found.detail
    with built.transaction() as session:
        refresh(session, GEN_SOURCE, "test")
        found = check(session)["refresh"]
    assert found.ok
    assert 0 <= found.data["seconds_since_good"] < 600


def test_a_refresh_that_failed(built: Database) -> None:
    with Session(built.engine) as session:
        record_failure(session, GEN_SOURCE, "test", "The disk is full.")
        found = check(session)
    assert not found["refresh"].ok
    assert found["refresh"].detail == "The last refresh failed: The disk is full."
    assert found["refresh"].data["last_outcome"] == "failed"


def test_rows_of_zero_are_no_error(built: Database) -> None:
    with Session(built.engine) as session:
        session.execute(text("DELETE FROM content_items_all"))
        assert check(session)["counts"].ok
        fold(session, GEN_SOURCE)
        assert check(session)["counts"].ok


# On the command line


class Command:
    """`genonaut stats check` and `status`: exit code, and what is printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str) -> tuple[object, str]:
        with pytest.raises(SystemExit) as ended:
            main(["stats", *arguments, "--env", "test"])
        printed = self._capsys.readouterr()
        assert printed.err == ""
        return ended.value.code, printed.out


@pytest.fixture
def stats(
    built: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    monkeypatch.setenv("DATABASE_URL", built.url.render_as_string(hide_password=False))
    return Command(capsys)


@pytest.mark.parametrize("command", ["check", "status"])
def test_a_sound_database_on_the_command_line(stats: Command, command: str) -> None:
    code, printed = stats(command)
    assert code == 0
    lines = printed.splitlines()
    assert lines.pop() == "All is well."
    assert {line.split()[0] for line in lines} == {"ok"}


def test_problems_are_reported_on_the_command_line(built: Database, stats: Command) -> None:
    run(built, f"UPDATE gen_source_stats SET count = 7 WHERE user_id = '{ADA}'")
    code, printed = stats("check")
    assert code == 1
    first, *others, last = printed.splitlines()
    assert " ".join(first.split()).startswith(
        f"BAD gen_source counts 2 of 4 counts are wrong, the worst being {ADA} auto: "
    )
    assert {line.split()[0] for line in others} == {"ok"}
    assert last == "Problems found."
    assert stats("status")[0] == 0, "a glance does not count"


def test_for_machines(built: Database, stats: Command) -> None:
    code, printed = stats("check", "gen_source", "--json")
    assert code == 0
    sound = json.loads(printed)
    assert sound["ok"] is True
    assert [finding["what"] for finding in sound["findings"]] == [
        "counts",
        "triggers",
        "ledger",
        "refresh",
    ]
    assert all(
        set(finding) == {"count", "what", "ok", "detail", "data"} for finding in sound["findings"]
    )
    run(built, "DELETE FROM gen_source_refreshes")
    code, printed = stats("status", "gen_source", "--json")
    assert code == 1
    unsound: dict[str, Any] = json.loads(printed)
    assert unsound["ok"] is False
    assert unsound["server"]["programs"] is None, "it is not ours"
    assert int(unsound["server"]["version"].split(".")[0]) >= 15
    assert unsound["findings"][-1] == {
        "count": "gen_source",
        "what": "refresh",
        "ok": False,
        "detail": "The counts were never built: run `genonaut stats refresh`.",
        "data": {"last_outcome": None, "seconds_since_good": None},
    }
