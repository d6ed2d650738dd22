"""The parts of a count on Citus: each is folded, refreshed and compared where it lies.

Citus runs a function on each shard, all at the same time, over a connection for each. So each part
commits by itself, and one whose node is away does not stop the others.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from genonaut.counting.declaration import CachedCount
from genonaut.counting.engine import Fold, Refresh
from genonaut.counting.layout import PartsAwayError
from genonaut.counting.rendering import statements
from genonaut.db.distributed.form import SPREAD
from genonaut.errors import DatabaseError

STATE = Path(__file__).parent / "sql" / "state.sql"
_HAS_ROWS = "SELECT 1 AS one FROM {} LIMIT 1"
# The command's only %s is the name of the shard.
_ON_PARTS = """
    SELECT nodename || ':' || nodeport AS node, shardid, success, result
    FROM run_command_on_placements(%(table)s, %(command)s)
    ORDER BY shardid"""

log = structlog.get_logger(__name__)


class NodesAwayError(PartsAwayError, DatabaseError):
    """A node is away, or what it was asked failed."""


@dataclass(frozen=True)
class OnPart:
    """What a part answered; without a result, why not."""

    node: str
    shard: int
    result: Any
    error: str = ""


class CitusLayout:
    """The counts as `form` says; their parts are the shards of the stored counts."""

    def of(self, count: CachedCount) -> CachedCount:
        return SPREAD.get(count.name, count)

    def definition(self, count: CachedCount) -> str:
        from genonaut.db.distributed.script import of_a_count  # noqa: PLC0415 - for the auditor

        return of_a_count(count)

    def state(self, count: CachedCount) -> str:
        if not self.of(count).spread:
            return statements(count, "metrics.sql")["state"]
        return STATE.read_text(encoding="utf-8").replace(":name", count.name)

    def fold(self, session: Session, count: CachedCount) -> Fold:
        taken = written = 0
        # To call a function of each part takes a new connection to each; this does not.
        schema = f"{count.schema}." if count.schema else ""
        ledger = f"{schema}{count.name}_deltas"
        with suppress(DBAPIError), session.begin_nested():  # a node may be away
            if not session.connection().exec_driver_sql(_HAS_ROWS.format(ledger)).first():
                return Fold(taken, written)
        parts = list(_on_parts(session, count, "fold_part"))
        for part in parts:
            if part.result:  # else it is away, or another fold has it
                taken += part.result["rows_taken"]
                written += part.result["rows_written"]
        if away := [part for part in parts if part.error]:
            nodes = sorted({part.node for part in away})
            log.warning("parts not folded", count=count.name, nodes=nodes, reason=away[0].error)
        return Fold(taken, written)

    def refresh(self, session: Session, count: CachedCount) -> list[Refresh]:
        found = []
        for part in _reached(session, count, "refresh_part", "refreshed"):
            begun = datetime.fromisoformat(part.pop("started_at"))
            found.append(Refresh(started_at=begun, **part))
        return found

    def ledger_rows(self, session: Session, count: CachedCount) -> int:
        parts = list(on_shards(session.connection(), f"{count.name}_deltas", "ledger_state"))
        return sum(part["rows"] for part in _require_all(parts, count, "asked"))

    def compare(self, session: Session, count: CachedCount) -> list[dict[str, Any]]:
        return list(_reached(session, count, "check_part", "compared"))


def _on_parts(session: Session, count: CachedCount, function: str) -> Iterator[OnPart]:
    return on_shards(session.connection(), count.table, f"{count.name}_{function}")


def on_shards(connection: Connection, table: str, function: str) -> Iterator[OnPart]:
    """What a function says of each shard of a table, one after the other."""
    parameters = {"table": table, "command": f"SELECT {function}('%s'::regclass)"}
    rows = connection.exec_driver_sql(_ON_PARTS, parameters)
    for node, shard, success, result in rows:
        if success:
            yield OnPart(node, shard, json.loads(result) if result else None)
        else:
            yield OnPart(node, shard, None, result or "it cannot be reached")


def _reached(
    session: Session, count: CachedCount, function: str, done: str
) -> Iterator[dict[str, Any]]:
    return _require_all(list(_on_parts(session, count, function)), count, done)


def _require_all(parts: list[OnPart], count: CachedCount, done: str) -> Iterator[dict[str, Any]]:
    if away := [part for part in parts if part.error]:
        nodes = ", ".join(sorted({part.node for part in away}))
        raise NodesAwayError(
            f"{len(away)} of {len(parts)} parts of {count.name} could not be {done}, on {nodes}: "
            f"{away[0].error.removeprefix('ERROR: ').strip()}. The other parts were; do it again "
            "when all nodes are there."
        )
    return (part.result for part in parts)


ON_CITUS = CitusLayout()
