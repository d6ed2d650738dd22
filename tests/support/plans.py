"""How PostgreSQL executes what we ask: plans with the buffers that they touched."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Plan:
    """A statement's plan, executed."""

    statement: str
    root: dict[str, Any]

    @property
    def nodes(self) -> list[dict[str, Any]]:
        return list(_nodes(self.root))

    @property
    def buffers(self) -> int:
        """Pages of 8 kB that were touched, each time they were."""
        return int(self.root["Shared Hit Blocks"]) + int(self.root["Shared Read Blocks"])

    @property
    def indexes(self) -> set[str]:
        return {node["Index Name"] for node in self.nodes if "Index Name" in node}

    @property
    def tables(self) -> set[str]:
        return {node["Relation Name"] for node in self.nodes if "Relation Name" in node}

    def has(self, kind: str) -> bool:
        return any(node["Node Type"] == kind for node in self.nodes)


def plans(session: Session, action: Callable[[], object]) -> list[Plan]:
    """The plans of the queries that an action executes in the session."""
    return [
        Plan(statement, _explain(session, statement, given))
        for statement, given in executed(session, action)
        if statement.lstrip().startswith(("SELECT", "WITH", "--"))
    ]


def executed(session: Session, action: Callable[[], object]) -> list[tuple[str, Any]]:
    """The statements that an action executes in the session, with their parameters."""
    noted: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        noted.append((statement, parameters))

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    try:
        action()
    finally:
        event.remove(connection, "before_cursor_execute", note)
    return noted


def _explain(session: Session, statement: str, parameters: Any) -> dict[str, Any]:
    explained = f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, FORMAT JSON) {statement}"
    found = session.connection().exec_driver_sql(explained, parameters).scalar_one()
    root: dict[str, Any] = found[0]["Plan"]
    return root


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", []):
        yield from _nodes(child)
