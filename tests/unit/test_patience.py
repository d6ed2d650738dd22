"""The suite passes on a machine that is busy: what a test waits for has the time of all tests."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
FILES = sorted(path for path in TESTS.rglob("*.py") if "drill" not in path.parts)
CLIENTS = {"Client", "AsyncClient", "get", "post", "put", "patch", "delete", "request", "stream"}
ENOUGH = {"timeout", "transport"}  # one without a network takes its time


def hurries(tree: ast.AST) -> Iterator[int]:
    """The lines at which httpx would wait for its usual five seconds."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="httpx"), attr=name)):
                if name in CLIENTS and not ENOUGH & {one.arg for one in node.keywords}:
                    yield node.lineno


def test_no_response_is_waited_for_five_seconds() -> None:
    found = {path.name: [*hurries(ast.parse(path.read_text()))] for path in FILES}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_the_network_of_a_page_with_live_numbers_is_not_waited_for() -> None:
    asking = [path for path in FILES if "network" + "idle" in path.read_text()]
    assert asking == [], "a stream never ends: wait for what the test needs"


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("httpx.get(url)", [1]),
        ("with httpx.Client(base_url=url) as client:\n    pass", [1]),
        ("httpx.Client(base_url=url, timeout=180)", []),
        ("httpx.AsyncClient(transport=transport)", []),
        ("httpx.Request('GET', url)", []),
    ],
)
def test_such_calls_are_found(source: str, lines: list[int]) -> None:
    assert [*hurries(ast.parse(source))] == lines
