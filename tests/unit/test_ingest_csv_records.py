"""A broken record takes nothing with it but its own line."""

import csv
import io
import re
import time
from itertools import chain, repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genonaut.ingest.csv_records import csv_records
from genonaut.ingest.text import LONGEST_RECORD

HEADER = "prompt,title\n"


def parse(text: str, delimiter: str = ",") -> list[tuple[int, list[str] | str]]:
    records = csv_records(io.StringIO(text, newline=""), delimiter)
    return [(record.line, record.values or record.problem) for record in records]


def test_lines_are_physical_lines():
    assert parse('prompt,title\n"a\nb",c\n\nd,e\r\n"f",g') == [
        (1, ["prompt", "title"]),
        (2, ["a\nb", "c"]),
        (5, ["d", "e"]),
        (6, ["f", "g"]),
    ]


def test_raw_is_the_text_as_it_stood():
    text = HEADER + '"a\nb" x,c\n"d\ne",f\n'
    records = list(csv_records(io.StringIO(text, newline=""), ","))
    assert [record.raw for record in records] == ["prompt,title", '"a', 'b" x,c', '"d\ne",f']


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        ("only one\n", "1 columns where the header has 2"),
        ("one,two,three\n", "3 columns where the header has 2"),
        ('"never closed,x\n', "a quote closes in the middle of a field"),
        ('"closed" early,x\n', "a quote closes in the middle of a field"),
    ],
)
def test_a_broken_record_in_the_middle(broken: str, problem: str):
    assert parse(HEADER + "a,b\n" + broken + '"c, d",e\nf,g\n') == [
        (1, ["prompt", "title"]),
        (2, ["a", "b"]),
        (3, problem),
        (4, ["c, d", "e"]),
        (5, ["f", "g"]),
    ]


def test_a_quote_that_nothing_closes():
    assert parse(HEADER + '"a,b\nc,d\ne,f\n') == [
        (1, ["prompt", "title"]),
        (2, "a quote is never closed"),
        (3, ["c", "d"]),
        (4, ["e", "f"]),
    ]


def test_a_record_that_is_cut_off_at_the_end():
    assert parse(HEADER + 'a,b\nc,"d') == [
        (1, ["prompt", "title"]),
        (2, ["a", "b"]),
        (3, "a quote is never closed"),
    ]


def test_tabs():
    assert parse("prompt\ttitle\na, b\tc\n", "\t")[1:] == [(2, ["a, b", "c"])]


def test_a_field_longer_than_the_csv_modules_own_limit():
    long = "x" * (2 * 131_072)
    assert parse(HEADER + f"{long},b\n")[1:] == [(2, [long, "b"])]


CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(lambda text: "w" + text)
GOOD = st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5)
GARBAGE = st.text(st.sampled_from('ab,"\n\r\t\0é') | st.characters(exclude_categories=["Cs"]))


def written(rows: list[tuple[str, str]]) -> str:
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    return file.getvalue()


@given(GOOD, GARBAGE, GOOD)
def test_good_rows_around_any_garbage_survive(
    before: list[tuple[str, str]], garbage: str, after: list[tuple[str, str]]
):
    text = HEADER + written(before) + garbage + "\n" + written(after)
    rows = [found for _, found in parse(text)[1:] if isinstance(found, list)]
    assert rows[: len(before)] == [list(row) for row in before]
    assert rows[len(rows) - len(after) :] == [list(row) for row in after]


@given(GOOD)
def test_what_the_csv_module_writes_is_read(rows: list[tuple[str, str]]):
    assert [found for _, found in parse(HEADER + written(rows))[1:]] == [list(r) for r in rows]


@given(GARBAGE)
def test_every_line_is_in_exactly_one_record(garbage: str):
    lines = list(io.StringIO(HEADER + garbage, newline=""))
    covered = 0
    for record in csv_records(lines, ","):
        skipped = lines[covered : record.line - 1]
        assert all(map(is_empty, skipped))
        here = len(list(io.StringIO(record.raw + "\n", newline="")))
        covered = record.line - 1 + here
    assert all(map(is_empty, lines[covered:]))


def is_empty(line: str) -> bool:
    return not re.sub(r'[\s,"]', "", line)


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "lines",
    [
        chain(['"never closed,x\n'], repeat("a prompt,a title\n", 300_000)),
        repeat('x","\n', 10_000),
        chain(repeat('x","\n', 2_000), repeat("y" * 40 + "\n", 10 * LONGEST_RECORD // 40)),
        chain.from_iterable(repeat(['x,"abc\n'] * 3 + ['""\n'] * 50_000, 6)),
    ],
    ids=["one open quote", "every line opens and closes", "and then none", "again and again"],
)
def test_adversarial_quotes_take_linear_time(lines: chain[str]):
    """Seconds, as each line is looked at a few times; minutes or hours if it were quadratic."""
    started = time.process_time()
    assert sum(1 for _ in csv_records(chain([HEADER], lines), ",")) > 9_000
    assert time.process_time() - started < 20
