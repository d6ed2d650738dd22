"""The judge: a plain recount beside the counts, in one statement, and every acknowledged write."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import psycopg

from tests.drill.gallery import Gallery
from tests.drill.load import Notes

# What is counted, by a plain GROUP BY, and what the gallery says it is: two lists that must agree.
COUNTS = """
    WITH truth AS (
        SELECT creator_id, source_type = 'auto' AS auto, count(*) AS n
        FROM content_items_all GROUP BY GROUPING SETS ((1, 2), (2))
    ), told AS (
        SELECT user_id, source_type = 'auto' AS auto, count AS n FROM gen_source_counts
    )
    SELECT truth.*, told.* FROM truth FULL JOIN told
      ON truth.creator_id IS NOT DISTINCT FROM told.user_id AND truth.auto = told.auto
    WHERE truth.n IS DISTINCT FROM told.n"""
TAGS = """
    WITH truth AS (
        SELECT tag_id, source_type = 'auto' AS auto, count(*) AS n
        FROM content_tags GROUP BY 1, 2
    ), told AS (
        SELECT tag_id, content_source = 'auto' AS auto, cardinality AS n
        FROM tag_cardinality_counts
    )
    SELECT truth.*, told.* FROM truth FULL JOIN told
      ON truth.tag_id = told.tag_id AND truth.auto = told.auto
    WHERE truth.n IS DISTINCT FROM told.n"""
PRESENT = "SELECT id FROM content_items_all WHERE id = ANY(%s)"


@dataclass
class Verdict:
    """Snapshots that were compared, and those that differed, with the first rows of each."""

    compared: int = 0
    wrong: list[str] = field(default_factory=list)


def compare(gallery: Gallery, verdict: Verdict) -> None:
    """Compare every count with its recount, each on one snapshot.

    Raises:
        psycopg.Error: the database cannot be used at this moment.
    """
    with gallery.sql(autocommit=True) as connection:
        for statement in (COUNTS, TAGS):
            rows = connection.execute(statement).fetchmany(5)
            verdict.compared += 1
            if rows:
                verdict.wrong.append(repr(rows))


def lost(gallery: Gallery, notes: Notes) -> int:
    """Acknowledged inserts that are not there, and acknowledged deletes that are."""
    with notes.lock:
        kept, gone = list(notes.kept), list(notes.gone)
    with gallery.sql(autocommit=True) as connection:
        present = {row[0] for row in connection.execute(PRESENT, [kept])}
        back = {row[0] for row in connection.execute(PRESENT, [gone])}
    with notes.lock:  # a delete that was asked for meanwhile is no loss
        missing = (set(kept) - present) - notes.gone - notes.doubtful
    return len(missing) + len(back)


@contextmanager
def judging(gallery: Gallery) -> Iterator[Verdict]:
    """Compare all the time, whenever the database can be used."""
    verdict, stop = Verdict(), threading.Event()

    def judge() -> None:
        while not stop.is_set():
            with suppress(psycopg.Error, OSError):
                compare(gallery, verdict)
            time.sleep(0.2)

    thread = threading.Thread(target=judge, daemon=True)
    thread.start()
    try:
        yield verdict
    finally:
        stop.set()
        thread.join(60)
