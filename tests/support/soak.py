"""Writers, a folder, a refresher and checkers at once: does any reader ever see a wrong count?

    python -m tests.support.soak --seconds 600

The suite runs it for some seconds. Every comparison is one statement, so one snapshot.
"""

import argparse
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType

import psycopg
from rich.progress import track
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from genonaut.api.gallery.facets import FACETS, MOST_VALUES, FacetQuery
from genonaut.api.gallery.query import GalleryQuery
from genonaut.api.services.content_service import ContentService
from genonaut.api.services.gallery_service import GalleryService
from genonaut.api.services.tag_service import TagService
from genonaut.config import load_settings
from genonaut.content.viewer import Viewer
from genonaut.counting.declaration import CachedCount
from genonaut.counting.engine import execute, fold, refresh
from genonaut.db.counts import COUNTS
from genonaut.db.session import Database, open_database
from tests.support.facets import truth as facets_of
from tests.support.galleries import SWITCHES
from tests.support.recount import differences
from tests.support.servers import patient
from tests.support.soak_keeping import KeepingWriter, told_wrongly
from tests.support.viewers import ADA, EYES, Truth
from tests.support.waiting import wait_until

TABLES = ["content_items_all", "content_items", "content_items_auto"]
USERS = 24
TAGS = 12
METADATA = (
    '{"model": "a b", "sampler": "x", "loras": [{"name": "m"}, "n", "m"]}',
    '{"model": "c", "loras": [{"name": "n"}]}',
    '{"model": [1], "sampler": "", "loras": "m"}',
    "{}",
)
CROWDED = 1_500  # rows; above it half of them are deleted
GALLERY = patient(load_settings("test")).gallery
# Writers of the same content may collide with each other, counting or not.
COLLISIONS = (
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
    psycopg.errors.UniqueViolation,
    psycopg.errors.ForeignKeyViolation,
)


@dataclass
class Findings:
    """What happened, summed over all threads."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[object] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, what: str, wrong: object = None) -> None:
        with self.lock:
            self.counts[what] += 1
            if wrong:
                self.wrong.append((what, wrong))


class Writer(KeepingWriter):
    """Does one random thing after another, through all three tables."""

    def __init__(self, session: Session, seed: int) -> None:
        self.session = session
        self.random = random.Random(seed)

    def run(self, statement: str, *parameters: object) -> None:
        self.session.connection().exec_driver_sql(statement, parameters)

    def user(self) -> str:
        number = self.random.randint(1, USERS)
        self.run(
            "INSERT INTO users (id, username) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            f"00000000-0000-0000-0000-{number:012}",
            f"user {number}",
        )
        return f"00000000-0000-0000-0000-{number:012}"

    def insert(self) -> None:
        count = self.random.choice([1, 1, 1, 5, 60])
        table, source = self.random.choice(TABLES), self.random.choice(["items", "auto"])
        source = {"content_items": "items", "content_items_auto": "auto"}.get(table, source)
        self.run(
            f"INSERT INTO {table}"
            " (title, content_data, prompt, creator_id, source_type, content_type)"
            " SELECT 't', 'd', 'p', %s, %s, %s FROM generate_series(1, %s)",
            self.user(), source, self.random.choice(["image", "video"]), count,
        )  # fmt: skip

    def where(self) -> str:
        return (
            f"id IN (SELECT id FROM content_items_all WHERE id %% 37 = {self.random.randrange(37)})"
        )

    def give_away(self) -> None:
        table = self.random.choice(TABLES)
        self.run(f"UPDATE {table} SET creator_id = %s WHERE {self.where()}", self.user())

    def move(self) -> None:
        source = self.random.choice(["items", "auto"])
        self.run(f"UPDATE content_items_all SET source_type = '{source}' WHERE {self.where()}")

    def show_or_hide(self) -> None:
        visibility = self.random.choice(["public", "private"])
        table = self.random.choice(TABLES)
        self.run(f"UPDATE {table} SET visibility = '{visibility}' WHERE {self.where()}")

    def describe(self) -> None:
        metadata = self.random.choice(METADATA)
        month = f"2026-0{self.random.randint(1, 3)}-01"
        self.run(
            f"UPDATE {self.random.choice(TABLES)} SET item_metadata = %s, created_at = %s"
            f" WHERE {self.where()}",
            metadata,
            month,
        )

    def retype(self) -> None:
        self.run(f"UPDATE content_items SET content_type = 'video' WHERE {self.where()}")

    def a_tag(self) -> str:
        return f"00000000-0000-0000-0000-{self.random.randint(1, TAGS):012}"

    def tag(self) -> None:
        tag = self.a_tag()
        self.run("INSERT INTO tags (id, name) VALUES (%s, %s) ON CONFLICT DO NOTHING", tag, tag)
        self.run(
            "INSERT INTO content_tags (content_id, source_type, tag_id) SELECT id, source_type, %s"
            f" FROM content_items_all WHERE {self.where()} ORDER BY id ON CONFLICT DO NOTHING",
            tag,
        )

    def untag(self) -> None:
        self.run("DELETE FROM content_tags WHERE tag_id = %s AND content_id %% 2 = 0", self.a_tag())

    def change_tag(self) -> None:
        if self.random.random() < 0.5:
            self.run("UPDATE tags SET name = name || '!' WHERE id = %s", self.a_tag())
        elif self.random.random() < 0.3:
            self.run("DELETE FROM tags WHERE id = %s", self.a_tag())

    def delete(self) -> None:
        self.run(f"DELETE FROM {self.random.choice(TABLES)} WHERE {self.where()}")

    def delete_user(self) -> None:
        if self.random.random() < 0.2:
            self.run("DELETE FROM users WHERE id = %s", self.user())

    def step(self) -> None:
        things: list[Callable[[], None]] = [
            *[self.insert] * 6, *[self.give_away] * 2, *[self.move] * 2, self.delete, self.retype,
            *[self.tag] * 4, *[self.describe] * 2, self.untag, self.change_tag,
            *[self.show_or_hide] * 3, *[self.keep] * 3, self.drop, self.mark,
            *[self.make_album] * 2, *[self.put] * 3, self.take_out, self.show_album,
            self.delete_album,
        ]  # fmt: skip
        for thing in self.random.choices(things, k=self.random.randint(1, 3)):
            thing()
        if self.random.random() < 0.1:
            self.delete_user()
        if self.random.random() < 0.15:
            self.session.rollback()


def write(database: Database, findings: Findings, work: Callable[[Session], None]) -> None:
    try:
        with Session(database.engine) as session, session.begin():
            work(session)
        findings.add("writes")
    except DBAPIError as error:
        if not isinstance(error.orig, COLLISIONS):
            raise
        findings.add(f"writes that failed ({type(error.orig).__name__})")


def shrink(session: Session) -> None:
    connection = session.connection()
    size = connection.exec_driver_sql("SELECT count(*) FROM content_items_all").scalar_one()
    if size > CROWDED:
        connection.exec_driver_sql("DELETE FROM content_items_all WHERE id %% 2 = 0")


def compare(database: Database, findings: Findings) -> None:
    with database.transaction() as session:
        findings.add("comparisons", wrong=differences(session))


def look(database: Database, findings: Findings, viewer: Viewer) -> None:
    """What a viewer is told, on a snapshot that shows the items as well."""
    with database.snapshot() as session:
        truth = Truth(session.connection(), viewer)
        counts = ContentService(session).counts(viewer, viewer.user_id or ADA)
        expected = truth.counts(viewer.user_id or ADA)
        told = tuple(counts.as_dict().values())[:4]
        if told != expected:
            findings.add("views", wrong=(viewer, told, expected))
        page = TagService(session).page(viewer, 100, None, None, "count")
        tags = {tag.name: (tag.regular_count, tag.auto_count) for tag in page.entries}
        findings.add("views", wrong=None if tags == truth.tags() else (viewer, tags))
        facets = facets_told(session, viewer)
        ids = truth.ids(SWITCHES, viewer.user_id)
        seen = facets_of(session.connection(), viewer, viewer.user_id, ids)
        findings.add("views", wrong=None if facets == seen else (viewer, facets, seen))
        findings.add("views", wrong=told_wrongly(session, viewer))


def facets_told(session: Session, viewer: Viewer) -> dict[tuple[str, str], int]:
    """The number of each value, of all that the viewer may see."""
    service = GalleryService(session, GALLERY)
    query = GalleryQuery(user_id=viewer.user_id)
    found = service.facets(viewer, query, FacetQuery(FACETS, MOST_VALUES))
    return {(one.facet, one.value): one.count for one in found.values}


def fold_once(database: Database, findings: Findings, count: CachedCount) -> None:
    with database.transaction() as session:
        done = fold(session, count)
    findings.add("folds" if done else "folds that left it to another")
    time.sleep(0.02)


def refresh_once(
    database: Database, counting: Database, findings: Findings, count: CachedCount
) -> None:
    with counting.transaction() as session:
        done = refresh(session, count, "soak")
    findings.add("refreshes", wrong=done.worst)
    write(database, findings, shrink)
    time.sleep(0.1)


def rebuild(session: Session, count: CachedCount) -> None:
    """Build a count from nothing in one transaction, of which no reader sees the middle."""
    execute(session, count, "lock_refresh")
    execute(session, count, "lock")
    session.connection().exec_driver_sql(f"DELETE FROM {count.table}")
    refresh(session, count, "soak")


def rebuild_once(database: Database, findings: Findings, count: CachedCount) -> None:
    write(database, findings, partial(rebuild, count=count))
    findings.add("rebuilds")
    time.sleep(0.3)


def soak(
    database: Database,
    seconds: float,
    writers: int = 6,
    *,
    counting: Database | None = None,
    counts: Iterable[CachedCount] = tuple(COUNTS.values()),
    at_least: Mapping[str, int] = MappingProxyType({}),
    progress: bool = False,
) -> Findings:
    """Run everything at once for some seconds; fold and refresh these counts, compare all.

    Folds and refreshes may have connections of their own, to the same database.
    """
    counting = counting or database
    findings = Findings()
    seeds = random.Random(1)

    def seed() -> int:
        return seeds.getrandbits(32)

    actions: list[Callable[[], None]] = [
        *[lambda: write(database, findings, lambda session: Writer(session, seed()).step())]
        * writers,
        *[partial(fold_once, counting, findings, count) for count in counts],
        *[partial(refresh_once, database, counting, findings, count) for count in counts],
        *[partial(rebuild_once, counting, findings, count) for count in counts],
        *[lambda: compare(database, findings)] * 2,
        *[partial(look, database, findings, viewer) for viewer in EYES.values()],
    ]
    at_once(actions, findings, seconds, at_least, progress=progress)
    compare(database, findings)
    return findings


def at_once(
    actions: Sequence[Callable[[], None]],
    findings: Findings,
    seconds: float,
    at_least: Mapping[str, int],
    *,
    progress: bool = False,
) -> None:
    """Repeat each action in a thread of its own, for some seconds and until that much was found."""
    stop = threading.Event()

    def repeat(action: Callable[[], None]) -> None:
        try:
            while not stop.is_set():
                action()
        except Exception as error:  # noqa: BLE001 - a thread's error must reach the test
            findings.add("errors", wrong=repr(error))

    threads = [threading.Thread(target=repeat, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for _ in track(range(int(seconds * 10)), "Soaking", disable=not progress):
        time.sleep(0.1)
    try:
        wait_until(
            lambda: (
                findings.wrong or all(findings.counts[what] >= at_least[what] for what in at_least)
            ),
            f"that much has happened: {dict(at_least)}",
        )
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--writers", type=int, default=6)
    options = parser.parse_args()
    settings, places = load_settings("test"), options.writers + 3 * len(COUNTS) + 8
    with open_database(settings, role="owner", pool_size=places) as database:
        findings = soak(database, options.seconds, options.writers, progress=True)
    for what, count in sorted(findings.counts.items()):
        sys.stdout.write(f"{count:>10,} {what}\n")
    sys.stdout.write(f"{len(findings.wrong):>10,} wrong {findings.wrong[:3]}\n")
    return 1 if findings.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
