"""What each of our sessions sets: the form of times, and how long a statement may take.

A session of its own is told once. Behind a pooler in transaction mode (`db.pooler`) there is none:
each transaction gets another session of the server, which belongs to the next client afterwards. So
a transaction begins with its settings, which end with it, and no statement is ever prepared.
"""

from collections.abc import Callable
from typing import Any, Final

import psycopg
from sqlalchemy import Connection, Engine, event

# Not among the startup parameters: poolers refuse those, and libpq sends PGTZ and PGDATESTYLE
# behind them, so those would win. Compiling a plan (JIT) takes longer than it ever saves here.
_SETTINGS: Final = {"timezone": "UTC", "datestyle": "ISO, MDY", "jit": "off"}
PREPARE_NOTHING: Final = {"prepare_threshold": None}
"""For a connection behind a pooler: the next statement may come to another session."""


def session_settings(statement_timeout_seconds: float) -> str:
    """The statement that begins each session. 0 is no time limit."""
    return _set_config(statement_timeout_seconds, local="false")


def transaction_settings(statement_timeout_seconds: float) -> str:
    """The same for one transaction, as one statement."""
    return _set_config(statement_timeout_seconds, local="true")


def _first_of_a_transaction(statement_timeout_seconds: float) -> str:
    # Unlike SELECT, SET takes no snapshot: a transaction on one snapshot begins with its own first
    # statement, and may wait for a lock before it.
    values = _all(statement_timeout_seconds)
    return "; ".join(f"SET LOCAL {name} = '{value}'" for name, value in values.items())


def _set_config(statement_timeout_seconds: float, local: str) -> str:
    values = _all(statement_timeout_seconds)
    columns = (f"set_config('{name}', '{value}', {local})" for name, value in values.items())
    return f"SELECT {', '.join(columns)}"


def _all(statement_timeout_seconds: float) -> dict[str, str]:
    return _SETTINGS | {"statement_timeout": str(int(statement_timeout_seconds * 1000))}


def limit_sessions(engine: Engine, statement_timeout_seconds: float) -> None:
    """Have every connection of an engine begin with the settings of its session."""
    event.listen(engine, "connect", _begin(session_settings(statement_timeout_seconds)))


def limit_transactions(engine: Engine, statement_timeout_seconds: float) -> None:
    """Have every transaction of an engine begin with its settings."""
    statements = _first_of_a_transaction(statement_timeout_seconds)

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statements)

    event.listen(engine, "begin", begin)


def _begin(statement: str) -> Callable[[psycopg.Connection[Any], object], None]:
    def begin(connection: psycopg.Connection[Any], _record: object) -> None:
        connection.execute(statement)
        connection.commit()

    return begin
