"""The data that all contestants count: users, items, and what is true of them."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

import psycopg

from genonaut.db.schema import AUTO, REGULAR

NOBODY = UUID(int=0)  # whose counts are the community's, where a column cannot be null
STRANGERS = 100  # users without any content

Connection = psycopg.Connection[tuple[object, ...]]
Counts = dict[tuple[UUID, str], int]
"""Counts by user (`NOBODY` is the community) and source; zeros are left out."""

Four = tuple[int, int, int, int]
"""A user's regular and auto, the community's regular and auto."""


@dataclass(frozen=True, order=True)
class Size:
    """How large a gallery is: rows of content, and users that have some."""

    rows: int
    users: int

    def __str__(self) -> str:
        return f"{self.rows}_items_{self.users}_users"


def user_id(number: int) -> UUID:
    """The id of the user of a number, from 1. Behind the last one come the strangers."""
    return UUID(hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest())


FILL_USERS = """
INSERT INTO users (id, username)
SELECT md5(i::text)::uuid, 'user ' || i FROM generate_series(1, %s) AS i
"""

# One item in four is a regular one; everybody has items, and where there are enough, of both kinds.
FILL_ITEMS = """
INSERT INTO content_items_all
    (source_type, title, content_data, prompt, creator_id, created_at, quality_score)
SELECT CASE WHEN (i + i / %(users)s) %% 4 = 0 THEN 'items' ELSE 'auto' END,
       'Lighthouse ' || i, '/images/' || i || '.png',
       'a lighthouse at dusk, oil on canvas, number ' || i || repeat(', calm sea', 6),
       md5((1 + i %% %(users)s)::text)::uuid,
       timestamptz '2026-01-01' + i * interval '1 second', (i * 7919 %% 1000) / 1000.0
FROM generate_series(0::bigint, %(rows)s - 1) AS i
"""


def fill(connection: Connection, size: Size) -> None:
    """Fill an empty gallery; nobody looks whether creators exist, for they do."""
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(FILL_USERS, [size.users + STRANGERS])
        connection.execute(FILL_ITEMS, {"rows": size.rows, "users": size.users})


TRUTH = """
SELECT coalesce(creator_id, %(nobody)s) AS user_id,
       CASE source_type WHEN 'items' THEN 'regular' ELSE 'auto' END AS source_type,
       count(*) AS count
FROM content_items_all
GROUP BY GROUPING SETS ((creator_id, source_type), (source_type))
"""


def truth(connection: Connection) -> Counts:
    """A recount: what everybody must be told."""
    return counts(connection.execute(TRUTH, {"nobody": NOBODY}).fetchall())


def items(connection: Connection) -> int:
    """How many items there are."""
    row = connection.execute("SELECT count(*) FROM content_items_all").fetchone()
    return int(str(row[0])) if row else 0


def counts(rows: list[tuple[object, ...]]) -> Counts:
    """Counts from rows of user, source, number; who is NULL is the community."""
    return {(user or NOBODY, source): number for user, source, number in rows if number}  # type: ignore[misc]


def four(all_counts: Counts, user: UUID | None) -> Four:
    """What one viewer is to be told."""
    whose = [all_counts.get((user, source), 0) if user else 0 for source in (REGULAR, AUTO)]
    return (*whose, all_counts.get((NOBODY, REGULAR), 0), all_counts.get((NOBODY, AUTO), 0))  # type: ignore[return-value]
