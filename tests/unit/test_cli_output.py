"""What commands print: tables whose numbers can be compared, and sentences whose nouns agree."""

from datetime import UTC, datetime

import pytest

from genonaut.counting.engine import Refresh
from genonaut.running.output import number_of, print_built_counts, print_table, say, say_error


def test_numbers_stand_at_the_right_with_separators(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["name", "count"], [["ada", 7], ["Community", 100_000]])
    assert capsys.readouterr().out.splitlines() == [
        "name         count",
        "ada              7",
        "Community  100,000",
    ]


def test_a_table_without_rows_has_its_heading(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["name", "count"], [])
    assert capsys.readouterr().out.split() == ["name", "count"]


def test_text_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["name"], [["[bold]ada[/bold]"]])
    assert capsys.readouterr().out.splitlines()[1] == "[bold]ada[/bold]"


def test_control_characters_are_shown_and_not_sent(capsys: pytest.CaptureFixture[str]) -> None:
    foreign = "a\x1b[31m\u202eb\x9b1m\rc\td"
    say(foreign + "\nnext")
    say_error(foreign)
    print_table(["name"], [[foreign]])
    printed = capsys.readouterr()
    shown = r"a\x1b[31m\u202eb\x9b1m\rc"
    assert printed.out.startswith(f"{shown}\td\nnext\n")
    assert printed.err == f"genonaut: {shown}\td\n"
    assert shown in printed.out.splitlines()[3]
    assert not set(printed.out + printed.err) & set("\x1b\x9b\r\u202e")


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1002, "1,002 rows")]
)
def test_nouns_agree_with_their_number(number: int, text: str) -> None:
    assert number_of(number, "row") == text


def test_each_count_that_was_built_has_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    started = datetime(2026, 11, 22, tzinfo=UTC)
    print_built_counts(
        {
            "gen_source": Refresh(started, duration_seconds=0.26, rows_checked=1002),
            "tag_cardinality": Refresh(started, duration_seconds=0.04, rows_checked=1),
        }
    )
    assert capsys.readouterr().out.splitlines() == [
        "Built 1,002 counts of gen_source in 0.3 s.",
        "Built 1 count of tag_cardinality in 0.0 s.",
    ]
