"""What lies on which node, and which parts lack a trigger or a home."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from genonaut.counting.audit import DISTRIBUTE, Finding
from genonaut.db.distributed.parts import on_shards

_NODES = """
    SELECT nodename || ':' || nodeport AS node, groupid = 0 AS is_coordinator,
           coalesce(success, false) AS answers
    FROM pg_dist_node LEFT JOIN run_command_on_all_nodes('SELECT 1') USING (nodeid)
    ORDER BY groupid"""


@dataclass
class Node:
    """A node: whether it answers, its parts and their size, and what is wrong with them."""

    node: str
    is_coordinator: bool
    answers: bool
    parts: int = 0
    bytes: int = 0
    troubles: list[str] = field(default_factory=list)


def nodes_of(connection: Connection) -> list[Node]:
    """All nodes, the coordinator first."""
    rows = connection.exec_driver_sql(_NODES)
    nodes = {row.node: Node(row.node, row.is_coordinator, row.answers) for row in rows}
    for part in on_shards(connection, "gen_source_stats", "part_state"):
        node = nodes[part.node]
        node.parts += 1
        if part.error:
            node.troubles.append(f"part {part.shard} does not answer: {part.error}")
        else:
            node.bytes += part.result["bytes"]
            node.troubles.extend(_troubles(part.shard, part.result))
    return list(nodes.values())


def check_parts(session: Session) -> Finding:
    """Whether all nodes answer, and each part has its triggers and a home."""
    nodes = nodes_of(session.connection())
    troubles = [f"{node.node} does not answer" for node in nodes if not node.answers]
    troubles += [trouble for node in nodes for trouble in node.troubles]
    if not troubles:
        parts = sum(node.parts for node in nodes)
        return Finding("parts", True, f"All {parts} parts have their triggers and a home.")
    detail = f"{'; '.join(troubles)}. Run `{DISTRIBUTE}` when all nodes are there."
    return Finding("parts", False, detail, {"troubles": troubles})


def _troubles(shard: int, state: dict[str, object]) -> Iterator[str]:
    if not state["has_home"]:
        yield f"part {shard} has no home for its totals: it is too small, so do not split shards"
    missing = state["missing"]
    for trigger in missing if isinstance(missing, list) else ():
        yield f"part {shard} lacks the trigger {trigger}"
