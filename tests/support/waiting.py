"""Waiting for other processes: with pauses, and with a deadline that says what did not happen."""

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

PATIENCE_SECONDS = 180.0
"""How long a machine may take that is busy with other work, before it is a fault."""

Found = TypeVar("Found")


def wait_until(
    condition: Callable[[], Found], what: str, seconds: float = PATIENCE_SECONDS
) -> Found:
    """What the condition returns, as soon as that is true."""
    deadline = time.monotonic() + seconds
    pause = 0.01
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{seconds:g} seconds have passed, and not yet: {what}"
        time.sleep(pause)
        pause = min(1.2 * pause, 0.25)
    return found


def wait_until_blocked(connection: Connection) -> None:
    """Until a transaction of this connection's server waits for a lock."""
    waiting = "SELECT FROM pg_locks WHERE NOT granted"
    wait_until(lambda: connection.exec_driver_sql(waiting).rowcount, "a transaction is blocked")
