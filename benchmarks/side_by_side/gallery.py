"""The data that every contestant counts: users, items, and the true counts."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

import psycopg

REGULAR, AUTO = "regular", "auto"
COMMUNITY = UUID(int=0)  # the community's id in columns that cannot be null
USERS_WITHOUT_CONTENT = 100

Connection = psycopg.Connection[tuple[object, ...]]
Counts = dict[tuple[UUID, str], int]
"""Counts by user (or `COMMUNITY`) and source, without zeros."""

Four = tuple[int, int, int, int]
"""A user's regular and auto, the community's regular and auto."""


@dataclass(frozen=True, order=True)
class Size:
    """How large a gallery is: its items, and its users with content."""

    rows: int
    users: int

    def __str__(self) -> str:
        return f"{self.rows}_items_{self.users}_users"


def user_id(number: int) -> UUID:
    """The id of a user by number, from 1. Users without content have the numbers after `users`."""
    return UUID(hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest())


FILL_USERS = """
INSERT INTO users (id, username)
SELECT md5(i::text)::uuid, 'user ' || i FROM generate_series(1, %s) AS i
"""

# A quarter of the items is regular. Every user has items, and of both sources if there are enough.
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
    """Fill an empty gallery. Foreign keys are not checked: the creators exist."""
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(FILL_USERS, [size.users + USERS_WITHOUT_CONTENT])
        connection.execute(FILL_ITEMS, {"rows": size.rows, "users": size.users})


RECOUNT = f"""
SELECT coalesce(creator_id, '{COMMUNITY}') AS user_id,
       CASE source_type WHEN 'items' THEN 'regular' ELSE 'auto' END AS source_type,
       count(*) AS count
FROM content_items_all
GROUP BY GROUPING SETS ((creator_id, source_type), (source_type))
"""


def true_counts(connection: Connection) -> Counts:
    """A recount."""
    return counts(connection.execute(RECOUNT).fetchall())


def items(connection: Connection) -> int:
    """The number of items."""
    row = connection.execute("SELECT count(*) FROM content_items_all").fetchone()
    return int(str(row[0])) if row else 0


def counts(rows: list[tuple[object, ...]]) -> Counts:
    """Counts from rows of user (NULL is the community), source and number."""
    return {(user or COMMUNITY, source): number for user, source, number in rows if number}  # type: ignore[misc]


def four(all_counts: Counts, user: UUID | None) -> Four:
    """The four counts of one viewer."""
    own = [all_counts.get((user, source), 0) if user else 0 for source in (REGULAR, AUTO)]
    community = [all_counts.get((COMMUNITY, source), 0) for source in (REGULAR, AUTO)]
    return (*own, *community)  # type: ignore[return-value]
