"""What one action sends to the nodes of a cluster, and what comes back from them."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID, uuid4

import psycopg
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

from genonaut.api.gallery.query import GalleryQuery
from genonaut.api.services.gallery_service import GalleryService
from genonaut.config import GallerySettings
from genonaut.content.viewer import EVERYTHING
from genonaut.counting.engine import fold, read
from genonaut.db.counts import GEN_SOURCE
from genonaut.db.session import Database

Action = Callable[[Session], object]
# What opens and ends a transaction on a node, and is no work for it.
_FRAME: Final = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET ", "PREPARE")
_READS: Final = re.compile(r"(\s|--[^\n]*\n)*(SELECT|WITH)\b", re.IGNORECASE)
_TOLD: Final = "SET LOCAL citus.log_remote_commands = on; SET LOCAL client_min_messages = notice"
_ALL_PARTS: Final = "SET LOCAL citus.explain_all_tasks = on"
_ADD: Final = """
    INSERT INTO content_items_all (title, content_data, prompt, creator_id, source_type)
    VALUES ('t', '', 'p', %s, 'items')"""
_OWN: Final = """
    SELECT source_type, sum(number) FROM (
        SELECT source_type, count AS number FROM gen_source_stats
        WHERE home = %(user)s AND user_id = %(user)s
        UNION ALL
        SELECT source_type, delta FROM gen_source_deltas
        WHERE home = %(user)s AND user_id = %(user)s
    ) AS parts GROUP BY 1"""


def actions(user: UUID, gallery: GallerySettings) -> Mapping[str, Action]:
    """What a gallery does often, by its name in the table."""

    def page(query: GalleryQuery) -> Action:
        return lambda session: GalleryService(session, gallery).page(EVERYTHING, query)

    return {
        "an insert of one item": lambda session: _execute(session, _ADD, (user,)),
        "a user's own counts": lambda session: _execute(session, _OWN, {"user": user}),
        "the four counts": lambda session: read(session, GEN_SOURCE, [user]),
        "the first page of all items": page(GalleryQuery()),
        "the first page of a creator": page(GalleryQuery(creator=user)),
        "a fold that finds nothing": lambda session: fold(session, GEN_SOURCE),
        "a new user": lambda session: _execute(
            session, "INSERT INTO users (username) VALUES (%s)", (f"user {uuid4()}",)
        ),
    }


def work(database: Database, action: Action) -> tuple[int, int]:
    """The statements that an action sends to nodes, and the rows that come back. It is undone."""
    with database.engine.connect() as connection, Session(connection) as session:
        action(session)  # what is asked once for each connection is no part of it
        session.rollback()
        session.connection().exec_driver_sql(_TOLD)
        with _sent(connection) as sent, _executed(connection) as executed:
            action(session)
        session.rollback()
        statements = sum(not one.startswith(_FRAME) for one in sent)
        rows = sum(_rows(connection, *one) for one in executed)
        connection.rollback()
        return statements, rows


def _execute(session: Session, statement: str, values: Any) -> None:  # noqa: ANN401
    session.connection().exec_driver_sql(statement, values)


@contextmanager
def _sent(connection: Connection) -> Iterator[list[str]]:
    found: list[str] = []
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]

    def note(told: psycopg.errors.Diagnostic) -> None:
        text = told.message_primary or ""
        if text.startswith("issuing "):
            found.append(text.removeprefix("issuing ").strip())

    driver.add_notice_handler(note)
    yield found
    driver.remove_notice_handler(note)


@contextmanager
def _executed(connection: Connection) -> Iterator[list[tuple[str, Any]]]:
    found: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:  # noqa: ANN401
        found.append((statement, values))

    event.listen(connection, "before_cursor_execute", note)
    yield found
    event.remove(connection, "before_cursor_execute", note)


def _rows(connection: Connection, statement: str, values: Any) -> int:  # noqa: ANN401
    """What the nodes answer to a statement that reads."""
    if not _READS.match(statement):
        return 0
    connection.exec_driver_sql(_ALL_PARTS)
    explained = connection.exec_driver_sql(
        f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}", values
    ).scalar_one()
    plan = explained if isinstance(explained, list) else json.loads(explained)
    return sum(_of_tasks(plan))


def _of_tasks(plan: Any) -> Iterator[int]:  # noqa: ANN401
    if isinstance(plan, list):
        for each in plan:
            yield from _of_tasks(each)
    elif isinstance(plan, dict):
        for name, value in plan.items():
            if name == "Remote Plan":
                yield round(value[0][0]["Plan"]["Actual Rows"])
            else:
                yield from _of_tasks(value)
