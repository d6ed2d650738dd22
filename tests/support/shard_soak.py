"""Writers, folds, refreshes and readers of two shards at once: is a part ever wrong, or a total?

A part is compared with a recount, and a user's counts with what the only writer of that user knows.
A total adds up parts, each of its own moment, so it is compared with its bound: all that was
acknowledged before the read began is in it, and nothing that began after it ended.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from types import MappingProxyType

from sqlalchemy.exc import DBAPIError

from genonaut.counting.declaration import CachedCount
from genonaut.counting.engine import read, refresh
from genonaut.db.counts import GEN_SOURCE
from genonaut.db.schema import AUTO, PARTITIONS, REGULAR
from genonaut.db.session import Database
from tests.support.rows import run
from tests.support.shards import SPREAD_SOURCE, Shards
from tests.support.soak import COLLISIONS, Findings, at_once, compare, fold_once

SOURCES = (REGULAR, AUTO)
TABLES = {REGULAR: "content_items", AUTO: "content_items_auto"}
READS = (GEN_SOURCE, SPREAD_SOURCE)
USERS = 8  # of each writer
ROLLED_BACK = 0.1  # of the transactions
INSERT = """
    INSERT INTO {table} (title, content_data, prompt, creator_id, source_type)
    SELECT 't', 'd', 'p', u::uuid, %s FROM unnest(%s::text[]) AS u, generate_series(1, %s)"""
ADD_USERS = """
    INSERT INTO users (id, username) SELECT u::uuid, u FROM unnest(%s::text[]) AS u
    ON CONFLICT DO NOTHING"""

Change = Counter[tuple[str, str]]
"""By user and source: how many items more, or fewer."""


@dataclass
class Known:
    """By source and direction, how much was begun and how much of that was acknowledged."""

    begun: Counter[tuple[str, bool]] = field(default_factory=Counter)
    acknowledged: Counter[tuple[str, bool]] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, change: Change) -> None:
        self._add(self.begun, change)

    def acknowledge(self, change: Change) -> None:
        self._add(self.acknowledged, change)

    def withdraw(self, change: Change) -> None:
        """It was begun and not committed, so no reading has it, whenever that begins."""
        self._add(self.begun, change, -1)

    def _add(self, to: Counter[tuple[str, bool]], change: Change, sign: int = 1) -> None:
        with self.lock:
            for (_, source), number in change.items():
                to[source, number > 0] += sign * abs(number)

    def bounds(self, reading: Callable[[], Mapping[str, int]]) -> list[tuple[int, int, int]]:
        """Of each source: the least that a reading may have, what it has, and the most."""
        with self.lock:
            before = Counter(self.acknowledged)
        read = reading()
        with self.lock:
            after = Counter(self.begun)
        return [
            (
                before[source, True] - after[source, False],
                read[source],
                after[source, True] - before[source, False],
            )
            for source in SOURCES
        ]


class Writer:
    """The only writer of some users, so it knows what they have."""

    def __init__(self, shards: Shards, known: Known, findings: Findings, seed: int) -> None:
        self.shards, self.known, self.findings = shards, known, findings
        self.random = random.Random(seed)
        self.users = [f"{seed:08}-0000-0000-0000-{number:012}" for number in range(USERS)]
        self.has = Change()

    def insert(self) -> None:
        """One item or some, of one user or several, by one statement or two."""
        users = self.random.sample(self.users, self.random.choice([1, 1, 2, 5]))
        number = self.random.choice([1, 1, 3])
        sources = self.random.choice([SOURCES, SOURCES[:1], SOURCES[1:]])
        statements: list[tuple[object, ...]] = [(ADD_USERS, users)]
        for source in sources:
            table = self.random.choice(["content_items_all", TABLES[source]])
            values = PARTITIONS[source], users, number
            statements.append((INSERT.format(table=table), *values))
        self.write(Change(dict.fromkeys(product(users, sources), number)), *statements)

    def delete(self) -> None:
        """All that a user has of a source."""
        user, source = self.random.choice(self.users), self.random.choice(SOURCES)
        statement = f"DELETE FROM {TABLES[source]} WHERE creator_id = %s"
        self.write(Change({(user, source): -self.has[user, source]}), (statement, user))

    def delete_users(self) -> None:
        users = self.random.sample(self.users, 2)
        gone = Change({key: -number for key, number in self.has.items() if key[0] in users})
        self.write(gone, ("DELETE FROM users WHERE id = ANY (%s::uuid[])", users))

    def write(self, change: Change, *statements: tuple[object, ...]) -> None:
        """Through the coordinator, and then at once read the counts of all of its users."""
        self.known.begin(change)
        if self.committed(statements):
            self.known.acknowledge(change)
            self.has.update(change)
        else:
            self.known.withdraw(change)
        self.look(self.random.choice(READS))

    def committed(self, statements: Iterable[tuple[object, ...]]) -> bool:
        """One transaction, unless the writer changes its mind or collides with a fold."""
        with self.shards.coordinator.engine.connect() as connection:
            try:
                for statement, *values in statements:
                    connection.exec_driver_sql(str(statement), tuple(values))
            except DBAPIError as error:
                if not isinstance(error.orig, COLLISIONS):
                    raise
                self.findings.add(f"writes that failed ({type(error.orig).__name__})")
                return False
            if self.random.random() < ROLLED_BACK:
                self.findings.add("writes that were rolled back")
                return False
            connection.commit()
        self.findings.add("writes")
        return True

    def look(self, count: CachedCount) -> None:
        with self.shards.coordinator.transaction() as session:
            counts = read(session, count, self.users).counts
        told = {(str(user), source): n for (user, source), n in counts.items() if user and n}
        has = {key: number for key, number in self.has.items() if number}
        self.findings.add("own counts", wrong=None if told == has else (count.spread, told, has))

    def step(self) -> None:
        self.random.choice([*[self.insert] * 6, self.delete, self.delete_users])()


def totals(whole: Database, count: CachedCount) -> Mapping[str, int]:
    with whole.transaction() as session:
        counts = read(session, count).counts
    return {source: counts[None, source] for source in SOURCES}


def look_at_totals(whole: Database, known: Known, findings: Findings) -> None:
    for count in READS:
        bounds = known.bounds(partial(totals, whole, count))
        wrong = [bound for bound in bounds if not bound[0] <= bound[1] <= bound[2]]
        findings.add("totals", wrong=wrong)


def look_in_one_transaction(whole: Database, findings: Findings) -> None:
    """Statements of a transaction see the same moment of each shard."""
    with whole.snapshot() as session:
        told = [read(session, count).counts[None, REGULAR] for count in READS]
        [(true,)] = run(session, "SELECT count(*) FROM content_items")
    findings.add("totals and lists", wrong=None if told == [true] * 2 else (told, true))


def refresh_once(shard: Database, findings: Findings) -> None:
    with shard.transaction() as session:
        done = refresh(session, GEN_SOURCE, "soak")
    findings.add("refreshes", wrong=done.worst)
    time.sleep(0.1)


OF_A_PART: Sequence[Callable[[Database, Findings], None]] = (
    compare,
    partial(fold_once, count=GEN_SOURCE),
    refresh_once,
)


def soak_shards(
    shards: Shards,
    seconds: float,
    writers: int = 4,
    at_least: Mapping[str, int] = MappingProxyType({}),
) -> Findings:
    """Run all of it at once for some seconds; at the end all must be equal."""
    known, findings = Known(), Findings()
    whole, parts = shards.coordinator, shards.parts
    all_writers = [Writer(shards, known, findings, seed) for seed in range(1, writers + 1)]
    actions: Sequence[Callable[[], None]] = [
        *[writer.step for writer in all_writers],
        *[partial(action, part, findings) for part, action in product(parts, OF_A_PART)],
        partial(look_at_totals, whole, known, findings),
        partial(look_in_one_transaction, whole, findings),
    ]
    at_once(actions, findings, seconds, at_least)
    for part in parts:
        compare(part, findings)
    for count in READS:
        bounds = known.bounds(partial(totals, whole, count))
        findings.add("totals at the end", wrong=[one for one in bounds if len(set(one)) > 1])
    return findings
