"""An open database: what its errors hold, and which time limit its statements have."""

import socket
import traceback
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from genonaut.cli import serving as command
from genonaut.config import Settings
from genonaut.db import engines as opening
from genonaut.db.session import Database
from genonaut.errors import DatabaseError


def test_a_traceback_does_not_hold_what_users_wrote(database: Database) -> None:
    statement, written = text("SELECT 1 / 0 WHERE :written <> ''"), uuid4().hex
    with pytest.raises(DatabaseError) as failed, database.transaction() as session:
        session.execute(statement, {"written": written})
    told = "".join(traceback.format_exception(failed.value))
    assert "division by zero" in told
    assert written not in told


@pytest.mark.parametrize("idle_seconds", [60.0, -1.0], ids=["it-is-seen", "it-is-asked"])
def test_a_connection_that_was_lost_while_it_was_idle_is_replaced(
    database: Database, monkeypatch: pytest.MonkeyPatch, idle_seconds: float
) -> None:
    monkeypatch.setattr(opening, "_IDLE_SECONDS", idle_seconds)
    with database.transaction() as killer:
        killer.execute(text("SELECT"))  # it connects at its first statement
        with database.transaction() as victim:
            process = victim.execute(text("SELECT pg_backend_pid()")).scalar_one()
        killed = killer.execute(text(f"SELECT pg_terminate_backend({process}, 60000)"))
        assert killed.scalar_one()
    with database.transaction() as one, database.transaction() as other:
        found = [
            each.execute(text("SELECT pg_backend_pid()")).scalar_one() for each in (one, other)
        ]
    assert process not in found


def limit(database: Database) -> str:
    with database.transaction() as session:
        found: str = session.execute(text("SHOW statement_timeout")).scalar_one()
        return found


def test_the_api_s_statements_have_its_time_limit(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """`genonaut api` gives `api.statement-timeout-seconds` to the pool of the requests."""
    found = list[str]()

    class Served:
        def __init__(self, _settings: Settings, app: FastAPI, *_: Any, **__: Any) -> None:
            found.append(limit(app.state.database))

        def run(self, **_: Any) -> None: ...

    limits = settings.api.model_copy(update={"statement_timeout_seconds": 7.0})
    given = settings.model_copy(update={"api": limits})
    monkeypatch.setattr(command, "configure_logs", lambda _: None)
    monkeypatch.setattr(command, "AnnouncingServer", Served)
    command.serve(given, socket.socket())
    assert found == ["7s"]
