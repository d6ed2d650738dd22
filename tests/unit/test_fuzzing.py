"""What strangers write: whatever it is, a parser reads or refuses it, and in time."""

import subprocess
import sys
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.parsers import PARSERS, parse

# Found by the wide form of this test, or seen in a file; each was a crash, or took hours.
FOUND = {
    "parameters": ["a" * 200_000, "a\n" + "b " * 100_000, "a\nSteps: 1, b:" + "[" * 100_000],
    "csv": ["x\n" * 50_000, '"\n' * 50_000, 'a,"' * 50_000],
    "tag name": ["\u0301\u0316" * 100_000],
    "graph": ['"1":' * 5_000],
    "png": ["parameters\0a\0b", "parameters\0\0"],
    "exif": ["MM\0*", "II*\0\x08\0\0\0\xff\xff"],
}
WIDE = 300
PARTS = 4  # processes, of which each takes a second to import all that it needs


def pieces_of(name: str) -> st.SearchStrategy[list[str]]:
    known = st.sampled_from(PARSERS[name].pieces)
    anything = st.text(max_size=8) | st.characters()
    return st.lists(known | known | anything, max_size=40)


def check(name: str, examples: int) -> None:
    @settings(max_examples=examples)
    @given(pieces_of(name))
    def any_input(pieces: list[str]) -> None:
        parse(name, pieces)

    any_input()


@pytest.mark.sampled(12)
@pytest.mark.parametrize("name", PARSERS)
def test_any_input_is_read_or_refused(name: str) -> None:
    check(name, 60)


@pytest.mark.long
@pytest.mark.parametrize("name", PARSERS)
def test_any_input_of_very_many(name: str) -> None:
    check(name, WIDE)


@pytest.mark.parametrize("name", FOUND)
def test_what_was_found(name: str) -> None:
    for found in FOUND[name]:
        parse(name, [found])


def read_long_inputs(names: Sequence[str], length: int, seconds: int) -> None:
    """In a process of its own, because only that can be ended; the last name it prints hangs."""
    command = [sys.executable, "-m", "tests.support.parsers", str(length), *names]
    subprocess.run(command, check=True, timeout=seconds)


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_long_inputs_take_time_in_proportion(part: int) -> None:
    """Seconds; with a square in it, a quarter of an hour."""
    read_long_inputs([*PARSERS][part::PARTS], 50_000, 600)


@pytest.mark.long
@pytest.mark.parametrize("name", PARSERS)
def test_very_long_inputs_take_time_in_proportion(name: str) -> None:
    read_long_inputs([name], 300_000, 600)
