"""What each process must not import: it would cost memory for as long as the process stays.

One process imports what they import, the smallest first, and names what it has of the others' load.
"""

import json
import subprocess
import sys

import pytest

# What is imported, and which packages must not be there then, nor at any stage before.
STAGES = {
    "keeper": (
        "import genonaut.embedded.keeper",
        "asyncio click logging psycopg pydantic redis sqlalchemy structlog typer",
    ),
    "--version": (
        "from genonaut.cli import main\ntry: main(['--version'])\nexcept SystemExit: pass",
        "asyncio logging psycopg pydantic redis rich.console sqlalchemy structlog",
    ),
    "supervisor": (
        "import genonaut.cli.up\nfrom genonaut.config import load_settings\n"
        "genonaut.cli.up._check(load_settings('test'), flower=True)",
        "asyncio celery fastapi jinja2 psycopg redis rich.console sqlalchemy structlog uvicorn",
    ),
    "supervisor of the API": (
        "from genonaut.cli import load_command\nload_command('api')\n"
        "import genonaut.running.api_alone",
        "asyncio celery fastapi jinja2 psycopg redis rich.console sqlalchemy uvicorn",
    ),
    "stats show": (
        "from genonaut.cli import load_command\nload_command('stats')",
        "alembic celery cryptography fastapi PIL pygments pyvips redis rich.console uvicorn",
    ),
    "api": (
        "load_command('api')\nimport genonaut.cli.serving, genonaut.worker.inside",
        "alembic authlib celery cryptography httpx2 joserfc kombu mako pygments pyvips redis "
        "rich.console",
    ),
}
PROGRAM = """
import contextlib, io, json, sys
for name, (statements, forbidden) in json.load(sys.stdin).items():
    with contextlib.redirect_stdout(io.StringIO()):
        exec(statements)
    print(json.dumps([name, sorted(set(forbidden.split()) & sys.modules.keys())]), flush=True)
"""


@pytest.fixture(scope="module")
def found() -> dict[str, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps(STAGES),
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(line) for line in done.stdout.splitlines())


@pytest.mark.parametrize("name", STAGES)
def test_it_imports_what_it_needs_and_no_more(found: dict[str, list[str]], name: str) -> None:
    assert found[name] == []
