"""`genonaut stats show` and `refresh`: every count in the same shape, and what was repaired."""

import json
import re
from collections.abc import Callable

import pytest

from genonaut.cli import main
from genonaut.db.counts import COUNTS, build_counts
from genonaut.db.session import Database
from genonaut.hints import typed
from tests.support.rows import add_items, add_tag, add_user, run

ADA = "00000000-0000-0000-0000-000000000001"

Stats = Callable[..., tuple[object, str, str]]


@pytest.fixture
def content(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Ada has three regular items with a tag; the counts were never built."""
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    add_tag(database, "sea", add_items(database, add_user(database, user_id=ADA), 3), tag_id=ADA)
    return database


@pytest.fixture
def built(content: Database) -> Database:
    build_counts(content, "test")
    return content


@pytest.fixture
def stats(capsys: pytest.CaptureFixture[str]) -> Stats:
    """Runs `genonaut stats ...`: its exit code, and what it printed on both streams."""

    def run(*arguments: str) -> tuple[object, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["stats", *arguments, "--env", "test"])
        printed = capsys.readouterr()
        return ended.value.code, printed.out, printed.err

    return run


def masked(printed: str) -> list[str]:
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|\d+\.\d\d s", "...", printed).splitlines()


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("user", ["ada", ADA])
def test_a_user_and_the_totals(stats: Stats, user: str) -> None:
    code, printed, _ = stats("show", "gen_source", "--user", user)
    assert code == 0
    assert masked(printed) == [
        "name       kind     count",
        "ada        regular      3",
        "ada        auto         0",
        "Community  regular      3",
        "Community  auto         0",
        "Exact, from cache, as of ... UTC; verified ... UTC.",
    ]


@pytest.mark.usefixtures("built")
def test_every_count_has_the_same_shape(stats: Stats) -> None:
    _, printed, _ = stats("show", "--json")
    shown = json.loads(printed)
    assert shown.keys() == COUNTS.keys()
    for counted in shown.values():
        assert counted.keys() == {"counts", "exact", "source", "as_of", "verified_at"}
        assert [row.keys() for row in counted["counts"]] == [
            {"name", "category", "count"} for _ in counted["counts"]
        ]
    assert [tuple(row.values()) for row in shown["gen_source"]["counts"]] == [
        ("Community", "regular", 3),
        ("Community", "auto", 0),
    ]
    assert [tuple(row.values()) for row in shown["tag_cardinality"]["counts"]] == [
        ("sea", "regular", 3)
    ]


@pytest.mark.usefixtures("content")
def test_counts_that_were_never_built_are_counted_live(stats: Stats) -> None:
    _, printed, _ = stats("show", "gen_source", "--user", "ada")
    assert masked(printed)[1:] == [
        "ada        regular      3",
        "ada        auto         0",
        "Community  regular      3",
        "Community  auto         0",
        f"Exact, from live, as of ... UTC; never built: run `{typed('stats refresh')}`.",
    ]


@pytest.mark.usefixtures("built")
def test_an_unknown_user_is_named(stats: Stats) -> None:
    assert stats("show", "--user", "eve") == (
        1,
        "",
        "genonaut: There is no user 'eve': use a user's name or id.\n",
    )


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (
            "UPDATE gen_source_stats SET count = 13 WHERE user_id IS NULL",
            "Repaired 1 wrong count (largest error: 10): Community regular 13 -> 3"
            " (2 counts compared in ...).",
        ),
        (
            "UPDATE gen_source_stats SET count = 13",
            "Repaired 2 wrong counts (largest error: 10): Community regular 13 -> 3"
            " (2 counts compared in ...).",
        ),
        ("SELECT", "Every count was exact (2 counts compared in ...)."),
        (
            "DELETE FROM gen_source_stats; DELETE FROM gen_source_refreshes",
            "Built 2 counts, the largest Community regular 3 (2 counts compared in ...).",
        ),
    ],
)
def test_a_refresh_says_what_it_found(
    built: Database, stats: Stats, damage: str, sentence: str
) -> None:
    run(built, damage)
    code, printed, _ = stats("refresh", "gen_source")
    assert code == 0
    first, *_, last = masked(printed)
    assert (first, last) == ("Refreshed 2 rows of gen_source_stats.", sentence)
