"""A small gallery, the same every time, and the pages that show it."""

from dataclasses import dataclass
from itertools import product

import httpx
from sqlalchemy import Connection, text

from genonaut.db.counts import build_counts
from genonaut.db.session import Database

# Whose, and how many: regular, auto.
ITEMS = {"ada": (7, 15), "bo": (11, 9), "cy": (3, 0)}
USERS = {name: f"00000000-0000-4000-8000-00000000000{number}" for number, name in enumerate(ITEMS)}
SUBJECTS = ("lighthouse", "fox", "tea house", "planet", "garden", "harbour town", "desert")
TAGS = ("sea", "night", "oil painting")
NOBODY = None
OURS = {"Sec-Fetch-Site": "same-origin"}
VIEWERS = (NOBODY, "ada", "cy")
SWITCHES = ("your-g", "your-ag", "comm-g", "comm-ag")
COMBINATIONS = [
    tuple(key for key, on in zip(SWITCHES, states, strict=True) if on)
    for states in product((True, False), repeat=len(SWITCHES))
]


@dataclass(frozen=True)
class Site:
    """Where the pages are, and the database behind them."""

    url: str
    database: Database

    def number(self, sql: str, **given: object) -> int:
        """What the database says."""
        with self.database.transaction() as session:
            return int(session.execute(text(sql), given).scalar_one())

    def matching(self, on: tuple[str, ...], viewer: str | None) -> set[int]:
        """The ids that the switches let through, by plain SQL of their own."""
        user = USERS[viewer] if viewer else None
        partition = {"g": "items", "ag": "auto"}
        found: set[int] = set()
        with self.database.transaction() as session:
            for key in on:
                whose, how = key.split("-")
                sql = "SELECT id FROM content_items_all WHERE source_type = :how"
                if whose == "your":
                    sql += " AND creator_id = :user"
                elif user and f"your-{how}" not in on:
                    sql += " AND creator_id <> :user"
                rows = session.execute(text(sql), {"how": partition[how], "user": user})
                found |= {row.id for row in rows}
        return found


def fill(database: Database) -> None:
    """Users, items and tags; the counts are built."""
    with database.transaction() as session:
        connection = session.connection()
        for name, user_id in USERS.items():
            insert = "INSERT INTO users (id, username) VALUES (:id, :name)"
            connection.execute(text(insert), {"id": user_id, "name": name})
        number = 0
        for name, (regular, auto) in ITEMS.items():
            for source in ["items"] * regular + ["auto"] * auto:
                number += 1
                _add_item(connection, number, name, source)
        connection.execute(
            text("INSERT INTO tags (name) SELECT unnest(CAST(:names AS text[]))"),
            {"names": list(TAGS)},
        )
        connection.execute(
            text(
                "INSERT INTO content_tags (content_id, source_type, tag_id) "
                "SELECT item.id, item.source_type, tags.id "
                "FROM content_items_all AS item, tags "
                "WHERE item.id % (length(tags.name) % 4 + 2) = 0"
            )
        )
    build_counts(database, "the tests")


def arithmetic(counts: dict[str, int], on: tuple[str, ...]) -> int:
    """The number of results by the numbers of the popover, source by source."""
    total = 0
    for how in ("g", "ag"):
        own, community = counts[f"your-{how}"], counts[f"comm-{how}"]
        if f"comm-{how}" in on:
            total += community if f"your-{how}" in on or own == 0 else community - own
        elif f"your-{how}" in on:
            total += own
    return total


def view_as(client: httpx.Client, name: str) -> None:
    """Send the form that chooses a viewer; the client keeps the cookie."""
    answer = client.post("/gallery/viewer", data={"user": USERS[name]}, headers=OURS)
    assert answer.status_code == 303
    client.cookies.update(answer.cookies)


def _add_item(connection: Connection, number: int, creator: str, source: str) -> None:
    subject = SUBJECTS[number % len(SUBJECTS)]
    sql = """
        INSERT INTO content_items_all
            (title, content_data, prompt, creator_id, source_type, created_at, updated_at,
             quality_score, item_metadata)
        VALUES (:title, '', :prompt, :creator, :source,
                timestamptz '2026-01-01' + :number * interval '1 hour',
                timestamptz '2026-01-01' + :number * interval '1 hour',
                :number % 10 / 10.0, '{"model": "sdxl-1.0", "width": 512, "height": 768}')
    """
    given = {
        "title": f"{subject.capitalize()} no. {number}",
        "prompt": f"a {subject} by {creator}, study number {number}",
        "creator": USERS[creator],
        "source": source,
        "number": number,
    }
    connection.execute(text(sql), given)
