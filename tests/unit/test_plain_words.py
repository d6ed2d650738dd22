"""Every fault that the API's schemas can find, in words that are not the framework's."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, cast, get_args

import pytest
from fastapi._compat import ModelField
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel
from pydantic_core import ErrorDetails
from sqlalchemy import create_engine, make_url

from genonaut.api.http.problems import detail, fields, sentence
from genonaut.app import create_app
from genonaut.config import load_settings
from genonaut.db.session import Database
from genonaut.plain_words import SENTENCES, in_plain_words, where_json_ends

NOWHERE = make_url("postgresql+psycopg://nowhere/nothing")
WRONG: list[Any] = [
    *(None, True, 0, -1, 1, 1.5, 10**30, float("inf"), {}, [], [1], [None], [{}], ["x"] * 2000),
    *("", " ", "x", "perhaps", "9" * 5000, "x" * 1_000_001, "\0", "\ud800", "/absolute", "1:x"),
    *({"x": 1}, {"import_key": 1}, " ".join("abcdefghijklmnopqrstuvwxyz0123456789")),
    *("2024-01-01T00:00:00", "2024-13-01T00:00:00Z", "2024-01-01Tx", "2024-01-01T10:00:00+99:00"),
]
FRAMEWORK = re.compile(
    r"\b(Input|String|List|Extra|Field|input|valid|pattern|parse\w*|dict\w*|timezone|boolean"
    r"|integer|instance|object to|Value error|permitted)\b"
)
OF_THE_BODY_AS_TEXT = {"json_invalid"}


def routes() -> Iterator[APIRoute]:
    database = Database(NOWHERE, create_engine(NOWHERE), is_embedded=False)
    app = create_app(load_settings("test"), database)
    for found in iter_route_contexts(app.routes):
        if isinstance(found.original_route, APIRoute) and found.include_in_schema:
            yield found.original_route


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)


def attempts(field: ModelField) -> Iterator[Any]:
    """Everything wrong in place of a value, and in place of each member of an object."""
    yield from WRONG
    for model in models_in(field.field_info.annotation):
        for name in model.model_fields:
            for value in WRONG:
                yield {name: value}
                yield [{name: value}]


@cache
def found() -> list[ErrorDetails]:
    errors: dict[tuple[str, str], ErrorDetails] = {}
    for route in routes():
        taken = [("query", field) for field in route.dependant.query_params]
        taken += [("path", field) for field in route.dependant.path_params]
        taken += [("body", route.body_field)] if route.body_field else []
        for where, field in taken:
            place = (where,) if where == "body" else (where, field.alias)
            for value in attempts(field):
                for error in field.validate(value, {}, loc=place)[1] or ():
                    errors.setdefault((error["type"], error["msg"]), cast("ErrorDetails", error))
    return list(errors.values())


def test_the_table_has_every_kind_that_the_schemas_can_find_and_no_other() -> None:
    kinds = {error["type"] for error in found()} - {"value_error"}
    assert kinds == SENTENCES.keys() - OF_THE_BODY_AS_TEXT


def test_no_message_has_words_of_the_framework() -> None:
    assert len(found()) > 30
    for error in found():
        words = in_plain_words(error)
        assert re.fullmatch(r"(It|Its|A search) .*[^.]", words), words
        assert not FRAMEWORK.search(words), words
        assert "{" not in words
        assert not re.search(r"\b1 \w+s\b", words), words


def test_a_kind_without_a_sentence_is_not_passed_on_either() -> None:
    error: ErrorDetails = {"type": "new_kind", "loc": ("body",), "msg": "Input!", "input": 1}
    assert sentence(error) == "body is wrong: 1; it is not what this request takes."


def test_the_framework_has_such_words() -> None:
    assert sum(bool(FRAMEWORK.search(error["msg"])) for error in found()) > 25


def test_every_sentence_names_the_place_and_the_value() -> None:
    for error in found():
        [problem] = fields([error])
        words = sentence(error)
        assert words.startswith(problem.field), words
        if error["type"] != "extra_forbidden" and problem.value is not None:
            assert problem.value in words
        assert words.endswith(".")


@pytest.mark.parametrize("count", [2, 3, 30])
def test_the_detail_says_how_many_faults_there_are(count: int) -> None:
    errors = found()[:count]
    assert detail(errors) == f"{sentence(errors[0])} This is the first of {count} faults."
    assert detail(errors[:1]) == sentence(errors[0])


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("EOF while parsing a string at line 1 column 3", "it ends too early, at line 1, column 3"),
        ("key must be a string at line 2 column 7", "something else is expected at line 2, col"),
        ("Expecting value", "it cannot be read"),
    ],
)
def test_where_json_ends_is_said_without_the_parsers_words(message: str, words: str) -> None:
    assert where_json_ends(message).startswith(words)
