"""Rows for tests, by one call each; and SQL, as it is written."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from genonaut.db.session import Database

Where = Database | Session | Connection
"""A database is given a transaction of its own."""


def run(where: Where, statement: str, *given: object) -> list[tuple[Any, ...]]:
    """Execute SQL and return its rows. A % is a %, unless values are given, for %s."""
    if not given:
        statement = statement.replace("%", "%%")
    with _connection(where) as connection:
        result = connection.exec_driver_sql(statement, given)
        return [tuple(row) for row in result] if result.returns_rows else []


def scalar(where: Where, statement: str, *given: object) -> Any:
    """The only value of the only row."""
    [(value,)] = run(where, statement, *given)
    return value


def add_user(where: Where, name: str = "ada", user_id: str = "") -> str:
    """Add a user and return the id."""
    user_id = user_id or str(uuid4())
    run(where, "INSERT INTO users (id, username) VALUES (%s, %s)", user_id, name)
    return user_id


def add_users(where: Where, number: int) -> list[str]:
    """Add `user 1`, `user 2` and so on, and return their ids."""
    statement = "INSERT INTO users (username) SELECT 'user ' || n FROM generate_series(1, %s) AS n"
    return [str(user_id) for (user_id,) in run(where, f"{statement} RETURNING id", number)]


def add_items(
    where: Where, creator: str, number: int = 1, source: str = "items", **columns: object
) -> list[int]:
    """Add items that are all alike, by one statement, and return their ids."""
    alike = {"title": "t", "content_data": "", "prompt": "p", "source_type": source}
    values: dict[str, object] = {**alike, "creator_id": creator, **columns}
    statement = (
        f"INSERT INTO content_items_all ({', '.join(values)})"
        f" SELECT {', '.join(['%s'] * len(values))} FROM generate_series(1, %s) RETURNING id"
    )
    return [item_id for (item_id,) in run(where, statement, *values.values(), number)]


def add_tag(where: Where, name: str, items: Sequence[int] = (), tag_id: str = "") -> str:
    """Add a tag, put it on some items, and return its id."""
    tag_id = tag_id or str(uuid4())
    run(where, "INSERT INTO tags (id, name) VALUES (%s, %s)", tag_id, name)
    tagging = (
        "INSERT INTO content_tags (content_id, source_type, tag_id, creator_id)"
        " SELECT id, source_type, %s, creator_id FROM content_items_all WHERE id = ANY (%s)"
    )
    run(where, tagging, tag_id, list(items))
    return tag_id


def add_ratings(where: Where, user: str, items: Sequence[int], value: int = 3) -> None:
    """Have a user rate some items."""
    rating = (
        "INSERT INTO ratings (content_id, source_type, user_id, value, creator_id, visibility)"
        " SELECT id, source_type, %s, %s, creator_id, visibility FROM content_items_all"
        " WHERE id = ANY (%s)"
    )
    run(where, rating, user, value, list(items))


@contextmanager
def _connection(where: Where) -> Iterator[Connection]:
    if isinstance(where, Connection):
        yield where
    elif isinstance(where, Session):
        yield where.connection()
    else:
        with where.transaction() as session:
            yield session.connection()
