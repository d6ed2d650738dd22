"""The documentation of the API: complete, and with examples that are true."""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy import create_engine, make_url

from genonaut import __version__
from genonaut.api import schemas
from genonaut.app import create_app
from genonaut.config import load_settings
from genonaut.db.session import Database

NOWHERE = make_url("postgresql+psycopg://nowhere/nothing")


@pytest.fixture(scope="module")
def openapi() -> dict[str, Any]:
    database = Database(NOWHERE, create_engine(NOWHERE), is_embedded=False)
    return create_app(load_settings("test"), database).openapi()


def operations(openapi: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in openapi["paths"].items()
        for method, operation in methods.items()
    }


def schema_modules() -> list[ModuleType]:
    return [
        import_module(f"{schemas.__name__}.{found.name}")
        for found in iter_modules(schemas.__path__)
    ]


def models() -> list[type[BaseModel]]:
    return [
        member
        for module in schema_modules()
        for member in vars(module).values()
        if isinstance(member, type)
        and issubclass(member, BaseModel)
        and member.__name__.endswith(("In", "Out"))
    ]


def test_the_api_says_what_it_is(openapi: dict[str, Any]) -> None:
    assert openapi["info"]["title"] == "Genonaut"
    assert openapi["info"]["version"] == __version__
    assert "X-Request-ID" in openapi["info"]["description"]


def test_every_operation_has_a_sentence_a_known_tag_and_its_errors(openapi: dict[str, Any]) -> None:
    tags = {tag["name"] for tag in openapi["tags"]}
    for name, operation in operations(openapi).items():
        assert operation["description"].endswith("."), name
        assert set(operation["tags"]) <= tags, name
        if not name.upper().startswith("GET"):
            assert "403" in operation["responses"], name
        if "/api/" in name:
            assert {"500", "503", "504"} <= operation["responses"].keys(), name


def test_every_parameter_and_error_refers_to_our_models(openapi: dict[str, Any]) -> None:
    assert "HTTPValidationError" not in openapi["components"]["schemas"]
    for name, operation in operations(openapi).items():
        for status, answer in operation["responses"].items():
            if status >= "4" and "/health" not in name:
                assert answer["content"]["application/json"]["schema"]["$ref"].endswith("/ErrorOut")


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_every_model_has_examples_that_are_valid(
    openapi: dict[str, Any], model: type[BaseModel]
) -> None:
    examples = openapi["components"]["schemas"][model.__name__]["examples"]
    assert examples
    for example in examples:
        model.model_validate(example)
