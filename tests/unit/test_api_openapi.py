"""The documentation of the API: complete, and with examples that are true."""

import re
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
from tests.support.matrix import read_matrix

ACCESS = {row.name: row.access for row in read_matrix()}
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


OPERATION_IDS = {
    "add_account",
    "add_bookmark",
    "add_category",
    "add_search",
    "add_to_category",
    "add_to_this_category",
    "add_token",
    "arrange_categories",
    "arrange_category",
    "change_account",
    "change_bookmark",
    "change_category",
    "change_details",
    "change_item",
    "change_items",
    "change_password",
    "change_user",
    "check_bookmark",
    "check_bookmarks",
    "choose_password",
    "clear_searches",
    "create_auto_items",
    "create_items",
    "create_user",
    "delete_auto_item",
    "delete_bookmark",
    "delete_category",
    "delete_item",
    "delete_search",
    "delete_search_by_query",
    "delete_searches",
    "delete_tag",
    "download_items",
    "download_list",
    "end_session",
    "list_accounts",
    "list_audit",
    "list_auto_items",
    "list_bookmark_categories",
    "list_bookmarks",
    "list_categories",
    "list_category_bookmarks",
    "list_child_categories",
    "list_duplicates",
    "list_facets",
    "list_items",
    "list_popular_tags",
    "list_recent_searches",
    "list_regular_items",
    "list_searches",
    "list_sessions",
    "list_similar",
    "list_tags",
    "list_tokens",
    "list_users",
    "make_password_link",
    "move_in_category",
    "rate_item",
    "read_api_health",
    "read_auto_item",
    "read_bookmark",
    "read_category",
    "read_category_tree",
    "read_details",
    "read_health",
    "read_image",
    "read_index",
    "read_item",
    "read_me",
    "read_metrics",
    "read_rating",
    "read_readiness",
    "read_shared_category",
    "read_stats",
    "read_tag",
    "read_user",
    "remove_from_category",
    "rename_tag",
    "revoke_token",
    "set_bookmark_categories",
    "set_up",
    "share_category",
    "sign_in",
    "sign_out",
    "sign_out_everywhere",
    "stream_stats",
    "suggest",
    "sync_bookmark_categories",
    "take_rating_away",
    "undo_deletion",
    "unshare_category",
    "upload_files",
}
"""Generated clients call their functions so: none of these may ever change."""


def test_operations_have_short_names_that_never_change(openapi: dict[str, Any]) -> None:
    names = [operation["operationId"] for operation in operations(openapi).values()]
    assert sorted(names) == sorted(OPERATION_IDS)


def test_every_summary_is_a_sentence_that_begins_with_a_verb(openapi: dict[str, Any]) -> None:
    for name, operation in operations(openapi).items():
        summary = operation["summary"]
        assert re.fullmatch(r"[A-Z][a-z]+ [^.]*\.", summary), name
        assert not summary.startswith(("A ", "An ", "The ", "Your ", "Who ", "What ")), name
        assert operation["description"].startswith(summary), name


def test_the_server_and_what_each_operation_takes_are_stated(openapi: dict[str, Any]) -> None:
    assert [server["url"] for server in openapi["servers"]] == ["/"]
    schemes = openapi["components"]["securitySchemes"].keys()
    for name, operation in operations(openapi).items():
        assert {scheme for way in operation["security"] for scheme in way} <= schemes, name
        assert operation["security"] or ACCESS[name] == "public", name


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
