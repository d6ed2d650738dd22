"""JSON as it is stored: everything that PostgreSQL takes is read."""

import json

import pytest

from genonaut.db.stored_json import DEEPEST, TRUNCATED, read_json


@pytest.mark.parametrize(
    "stored", ["null", '"ä"', "1", "-0.5", "[]", '{"a": [1, {"b": null}]}', f"{10**400}"]
)
def test_usual_json_means_what_it_says(stored: str) -> None:
    assert read_json(stored) == read_json(stored.encode()) == json.loads(stored)


@pytest.mark.parametrize("number", ["1" * 5_000, f"-{'9' * 130_000}", f"{'1' * 400}.5"])
def test_numbers_that_python_cannot_hold_are_text(number: str) -> None:
    assert read_json(f'{{"a": {number}, "b": [1, 2.5]}}') == {"a": number, "b": [1, 2.5]}


@pytest.mark.parametrize(("begin", "end"), [("[", "]"), ('{"a":', "}")])
@pytest.mark.parametrize("levels", [DEEPEST, DEEPEST + 1, 900, 6_000])
def test_what_is_nested_too_deeply_is_left_out(begin: str, end: str, levels: int) -> None:
    value = read_json(f"{begin * levels}1{end * levels}")
    assert (value == TRUNCATED) == (levels > DEEPEST)


def test_a_long_number_before_what_is_too_deep() -> None:
    assert read_json(f"[{'1' * 5_000}, {'[' * 6_000}{']' * 6_000}]") == TRUNCATED


def test_many_values_beside_one_another_are_not_deep() -> None:
    stored = [{"a": [[number]]} for number in range(1_000)]
    assert read_json(json.dumps(stored)) == stored
