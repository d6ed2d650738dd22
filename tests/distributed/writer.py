"""A writer of a distributed gallery: items of its own users, and all that refers to them."""

import random
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

import psycopg
from sqlalchemy.exc import DBAPIError

from genonaut.counting.engine import read
from genonaut.db.counts import GEN_SOURCE
from genonaut.db.schema import AUTO, PARTITIONS, REGULAR
from genonaut.db.session import Database
from tests.support.shard_soak import Change, Known
from tests.support.soak import COLLISIONS, Findings

SOURCES = (REGULAR, AUTO)
TABLES = {REGULAR: "content_items", AUTO: "content_items_auto"}
USERS = 6
ROLLED_BACK = 0.1  # of the transactions
TAGS = [f"eeeeeeee-0000-0000-0000-{number:012}" for number in range(8)]
METADATA = ['{"model": "a b", "loras": ["m", "n"]}', '{"model": "c"}', "{}"]
ADD_USERS = """
    INSERT INTO users (id, username) SELECT u::uuid, u FROM unnest(%s::text[]) AS u
    ON CONFLICT DO NOTHING"""
ADD_TAGS = "INSERT INTO tags (id, name) SELECT t::uuid, t FROM unnest(%s::text[]) AS t"
INSERT = """
    INSERT INTO {table} (title, content_data, prompt, creator_id, source_type, item_metadata)
    SELECT 't', 'd', 'p', u::uuid, %s, %s::jsonb
    FROM unnest(%s::text[]) AS u, generate_series(1, %s)"""
OF_ITEMS = """
    INSERT INTO {table} (content_id, source_type, creator_id, visibility, {columns})
    SELECT id, source_type, creator_id, visibility, {values}
    FROM content_items_all WHERE creator_id = %s ORDER BY id DESC LIMIT 3"""
TAG = OF_ITEMS.format(table="content_tags", columns="tag_id", values="%s::uuid")
RATE = OF_ITEMS.format(table="ratings", columns="user_id, value", values="%s::uuid, %s::smallint")
KEEP = OF_ITEMS.format(table="bookmarks", columns="user_id", values="%s::uuid")
NOTHING = " ON CONFLICT DO NOTHING"
VALUE = """
    ON CONFLICT (content_id, source_type, user_id, creator_id)
    DO UPDATE SET value = excluded.value"""
ALBUM = "INSERT INTO bookmark_categories (id, user_id, name) VALUES (%s, %s, 'a')"
PLACE = """
    INSERT INTO bookmark_category_members
        (bookmark_id, category_id, creator_id, user_id, content_id, kind)
    SELECT id, %s::uuid, creator_id, user_id, content_id, kind FROM bookmarks
    WHERE creator_id = %s AND user_id = %s"""
HIDE = "UPDATE content_items_all SET visibility = %s WHERE creator_id = %s AND visibility <> %s"
FOLLOWERS = ("content_tags", "ratings", "bookmarks")
PAUSE_SECONDS = 0.2


class ClusterFindings(Findings):
    """Findings of a cluster whose nodes may be away for a while."""

    def pause(self) -> None:
        time.sleep(PAUSE_SECONDS)


@dataclass(frozen=True)
class Unsure:
    """A commit that was not answered: it may have been made in some of the parts."""

    had: Change
    change: Change


class Writer:
    """The only writer of the items of some users, so it knows what they have."""

    def __init__(self, whole: Database, known: Known, findings: ClusterFindings) -> None:
        self.whole, self.known, self.findings = whole, known, findings
        # Without a seed: the users of an earlier run in the same gallery may still have items.
        self.random = random.Random()
        self.unsure: list[Unsure] = []
        self.lives = 0
        self.begin_anew()

    def begin_anew(self) -> None:
        """With other users: what the ones before have is not known."""
        self.lives += 1
        self.users = [f"{self.random.getrandbits(128):032x}" for _ in range(USERS)]
        self.has = Change()

    def insert(self) -> None:
        """One item or some, of one user or several, by one statement or two."""
        users = self.random.sample(self.users, self.random.choice([1, 1, 1, 2, 4]))
        number = self.random.choice([1, 1, 3, 20])
        sources = self.random.choice([SOURCES, SOURCES[:1], SOURCES[1:]])
        metadata = self.random.choice(METADATA)
        statements: list[tuple[object, ...]] = []
        for source in sources:
            table = self.random.choice(["content_items_all", TABLES[source]])
            values = PARTITIONS[source], metadata, users, number
            statements.append((INSERT.format(table=table), *values))
        self.write(
            Change(dict.fromkeys(product(users, sources), number)), (ADD_USERS, users), *statements
        )

    def delete(self) -> None:
        """All that a user has of a source."""
        user, source = self.random.choice(self.users), self.random.choice(SOURCES)
        statement = f"DELETE FROM {TABLES[source]} WHERE creator_id = %s"
        self.write(Change({(user, source): -self.has[user, source]}), (statement, user))

    def move(self) -> None:
        """All that a user has, from one partition to the other."""
        user = self.random.choice(self.users)
        here, there = self.random.sample(SOURCES, 2)
        number = self.has[user, here]
        gone = [(f"DELETE FROM {table} WHERE creator_id = %s", user) for table in FOLLOWERS]
        statement = "UPDATE content_items_all SET source_type = %s WHERE creator_id = %s"
        moved = (statement, PARTITIONS[there], user)
        self.write(Change({(user, here): -number, (user, there): number}), *gone, moved)

    def delete_user(self) -> None:
        user = self.random.choice(self.users)
        gone = Change({key: -number for key, number in self.has.items() if key[0] == user})
        self.write(gone, ("DELETE FROM users WHERE id = %s", user))

    def hide(self) -> None:
        seen = self.random.choice(["public", "private"])
        self.write(Change(), (HIDE, seen, self.random.choice(self.users), seen))

    def refer(self) -> None:
        """Tag, rate and keep items of some user, and put what was kept into an album."""
        user, other = self.random.choices(self.users, k=2)
        album = f"{self.random.getrandbits(128):032x}"
        value = self.random.randint(1, 5)
        referring: list[list[tuple[object, ...]]] = [
            [(TAG + NOTHING, self.random.choice(TAGS), user)],
            [(RATE + VALUE, other, value, user)],
            [(KEEP + NOTHING, other, user)],
            [(KEEP + NOTHING, other, user), (ALBUM, album, other), (PLACE, album, user, other)],
        ]
        self.write(Change(), (ADD_USERS, [other]), *self.random.choice(referring))

    def forget(self) -> None:
        """A tag, or what a user has kept, rated or arranged."""
        user, tag = self.random.choice(self.users), self.random.choice(TAGS)
        forgetting: list[list[tuple[object, ...]]] = [
            [("DELETE FROM tags WHERE id = %s", tag), (ADD_TAGS, [tag])],
            [("DELETE FROM ratings WHERE user_id = %s", user)],
            [("DELETE FROM bookmarks WHERE user_id = %s", user)],
            [("DELETE FROM bookmark_categories WHERE user_id = %s", user)],
            [("UPDATE bookmarks SET pinned = NOT pinned WHERE creator_id = %s", user)],
        ]
        self.write(Change(), *self.random.choice(forgetting))

    def write(self, change: Change, *statements: tuple[object, ...]) -> None:
        """Through the coordinator, and then at once read the counts of all of its users."""
        self.known.begin(change)
        done = self.committed(statements)
        if done is None:
            self.unsure.append(Unsure(Counter(self.has), change))
            self.begin_anew()
            return
        if done:
            self.known.acknowledge(change)
            self.has.update(change)
        else:
            self.known.withdraw(change)
        self.look()

    def committed(self, statements: Iterable[tuple[object, ...]]) -> bool | None:
        """Whether a transaction was committed; None if the answer to COMMIT did not come."""
        asked = False
        try:
            with self.whole.engine.connect() as connection:
                for statement, *values in statements:
                    connection.exec_driver_sql(str(statement), tuple(values))
                if self.random.random() < ROLLED_BACK:
                    self.findings.add("writes that were rolled back")
                    return False
                asked = True
                connection.commit()
        except DBAPIError as error:
            self._add_failure("writes", error)
            return None if asked and not isinstance(error.orig, COLLISIONS) else False
        self.findings.add("writes")
        return True

    def look(self) -> None:
        try:
            with self.whole.transaction() as session:
                counts = read(session, GEN_SOURCE, self.users).counts
        except Exception as error:  # noqa: BLE001 - a node may be away
            self._add_failure("reads", error)
            return
        told = {(user.hex, source): n for (user, source), n in counts.items() if user and n}
        has = {key: number for key, number in self.has.items() if number}
        self.findings.add("own counts", wrong=None if told == has else (told, has))

    def _add_failure(self, what: str, error: Exception) -> None:
        cause = getattr(error, "orig", None) or error.__cause__ or error
        self.findings.add(f"{what} that failed ({type(cause).__name__})")
        if isinstance(cause, psycopg.OperationalError) and not isinstance(cause, COLLISIONS):
            self.findings.pause()

    def step(self) -> None:
        often: Sequence[object] = [self.insert] * 6 + [self.refer] * 4
        seldom = [self.delete, self.delete_user, self.move, self.hide, self.forget]
        self.random.choice([*often, *seldom])()  # type: ignore[operator]
