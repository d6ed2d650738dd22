"""Commands that run within the test's own process, on its database and its library."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from genonaut.cli import main
from genonaut.db.session import Database
from genonaut.embedded.entry import LIMITED_ROLES, ROLE

ROLES = {
    "DATABASE_URL": LIMITED_ROLES["app"],
    "DATABASE_COUNTING_URL": LIMITED_ROLES["counting"],
    "DATABASE_OWNER_URL": ROLE,
}
Genonaut = Callable[..., tuple[int, dict[str, Any]]]
"""Runs a command, with --json unless it is told not to: the exit code, and what was printed."""


def commands(
    database: Database,
    library: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Genonaut:
    """Chooses database and library at once, and again for each command: there may be two."""

    def choose() -> None:
        monkeypatch.setenv("GENONAUT_ENV", "test")
        for variable, role in ROLES.items():
            address = database.url.set(username=role).render_as_string(hide_password=False)
            monkeypatch.setenv(variable, address)
        monkeypatch.setenv("GENONAUT_LIBRARY_FOLDER", str(library))

    def execute(*arguments: object, json_too: bool = True) -> tuple[int, dict[str, Any]]:
        choose()
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([*map(str, arguments), *(["--json"] if json_too else [])])
        assert isinstance(ended.value.code, int)
        printed = capsys.readouterr().out
        return ended.value.code, _json_in(printed) if printed and json_too else {}

    choose()
    return execute


def _json_in(printed: str) -> dict[str, Any]:
    """What the command printed, among lines that an API in this process logs meanwhile."""
    start = re.search(r"^\{", printed, re.MULTILINE)
    assert start, printed
    found: dict[str, Any] = json.JSONDecoder().raw_decode(printed, start.start())[0]
    return found
