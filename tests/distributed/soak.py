"""Writers of every kind on a cluster, with folds, refreshes, moves of shards and lost nodes.

    GENONAUT_CITUS_URL=postgresql://... python -m tests.distributed.soak --seconds 600
    ... --moves 2 --kill 'cluster kill {port}' --start 'cluster start {port}' --ports 9701,9700

Is a user's count ever wrong, or a part's, or a total outside of its bound? Does a refresh find a
drift? Is anything lost that was acknowledged?
"""

import argparse
import os
import shlex
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from genonaut.config import load_settings
from genonaut.counting.engine import fold, read
from genonaut.counting.layout import Layout
from genonaut.db.counts import COUNTS, GEN_SOURCE
from genonaut.db.schema import PARTITIONS, REGULAR
from genonaut.db.session import Database, open_database
from tests.distributed.writer import (
    ADD_TAGS,
    NOTHING,
    PAUSE_SECONDS,
    SOURCES,
    TAGS,
    ClusterFindings,
    Writer,
)
from tests.support.rows import run, scalar
from tests.support.shard_soak import Known
from tests.support.soak import at_once
from tests.support.waiting import wait_until

VARIABLE = "GENONAUT_CITUS_URL"
AWAY_SECONDS = 20.0
RECOVERY_SECONDS = 180.0
SPREAD = [count for count in COUNTS.values() if count.name != "album"]
SHARDS = """
    SELECT shardid, nodename, nodeport FROM citus_shards
    WHERE table_name = 'content_items_all'::regclass ORDER BY shardid"""
OTHER_NODES = """
    SELECT nodename, nodeport FROM pg_dist_node
    WHERE shouldhaveshards AND isactive AND nodeport <> %s LIMIT 1"""
MOVE = "SELECT citus_move_shard_placement(%s, %s, %s, %s, %s)"
IN_DOUBT = """
    SELECT sum(result::integer) FROM run_command_on_all_nodes(
        'SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()')"""
ITEMS = "SELECT creator_id, source_type, count(*) FROM content_items_all GROUP BY 1, 2"


@contextmanager
def cluster(places: int = 40) -> Iterator[Database]:
    """The database that the variable names."""
    os.environ["DATABASE_URL"] = os.environ[VARIABLE]
    with open_database(load_settings("test"), role="owner", pool_size=places) as database:
        assert database.layout, "run `genonaut db distribute` in it"
        run(database, ADD_TAGS + NOTHING, TAGS)
        yield database


def whenever_possible(action: Callable[[], None], what: str, findings: ClusterFindings) -> None:
    """Do it, and only note that it cannot be done while a node is away."""
    try:
        action()
    except AssertionError:
        raise
    except Exception as error:  # noqa: BLE001 - a node may be away
        findings.add(f"{what} that failed ({type(error.__cause__ or error).__name__})")
        findings.pause()


def compare(database: Database, layout: Layout, findings: ClusterFindings) -> None:
    """Every count of every key of each part with a recount, in one snapshot of the part."""
    for count in SPREAD:
        with database.transaction() as session:
            parts = layout.compare(session, count)
        for part in parts:
            findings.counts["counts of parts"] += part["compared"]
            findings.add("comparisons of a part", wrong=part["worst"] and (count.name, part))


def fold_once(database: Database, findings: ClusterFindings) -> None:
    for count in COUNTS.values():
        with database.transaction() as session:
            fold(session, count)
        findings.add("folds of all parts")
    time.sleep(PAUSE_SECONDS)


def refresh_once(database: Database, layout: Layout, findings: ClusterFindings) -> None:
    for count in SPREAD:
        with database.transaction() as session:
            parts = layout.refresh(session, count)
        for part in parts:
            findings.add("refreshes of a part", wrong=part.rows_wrong and (count.name, part.worst))
    time.sleep(PAUSE_SECONDS)


def totals(database: Database) -> Mapping[str, int]:
    with database.transaction() as session:
        counts = read(session, GEN_SOURCE).counts
    return {source: counts[None, source] for source in SOURCES}


def look_at_totals(
    database: Database, before: Mapping[str, int], known: Known, findings: ClusterFindings
) -> None:
    def since() -> Mapping[str, int]:
        return {source: n - before[source] for source, n in totals(database).items()}

    bounds = known.bounds(since)
    wrong = [bound for bound in bounds if not bound[0] <= bound[1] <= bound[2]]
    findings.add("totals", wrong=wrong)


def look_in_one_transaction(database: Database, findings: ClusterFindings) -> None:
    """Statements of a transaction see the same moment of each part."""
    with database.snapshot() as session:
        told = read(session, GEN_SOURCE).counts[None, REGULAR]
        true = scalar(session, "SELECT count(*) FROM content_items")
    findings.add("totals and lists", wrong=None if told == true else (told, true))


def move_shards(database: Database, number: int, pause: float, findings: ClusterFindings) -> None:
    """Move a part to another node, one after the other, while all else goes on."""
    for turn in range(number):
        time.sleep(pause)
        shard, host, port = run(database, SHARDS)[turn]
        [(there, its_port)] = run(database, OTHER_NODES, port)
        run(database, MOVE, shard, host, port, there, its_port)
        findings.add("moves of a part")


def kill_nodes(options: argparse.Namespace, pause: float, findings: ClusterFindings) -> None:
    for port in options.ports.split(","):
        time.sleep(pause)
        subprocess.run(shlex.split(options.kill.format(port=port)), check=True)
        time.sleep(AWAY_SECONDS)
        subprocess.run(shlex.split(options.start.format(port=port)), check=True)
        findings.add("nodes that were killed")


def nothing_lost(database: Database, writers: Sequence[Writer], findings: ClusterFindings) -> None:
    """What each user has is what was acknowledged; where that is not sure, with or without it."""
    sources = {partition: source for source, partition in PARTITIONS.items()}
    has = Counter({(user.hex, sources[s]): n for user, s, n in run(database, ITEMS)})
    for writer in writers:
        for key in {(user, source) for user in writer.users for source in SOURCES}:
            wrong = None if has[key] == writer.has[key] else (key, has[key], writer.has[key])
            findings.add("own items at the end", wrong=wrong)
        for unsure in writer.unsure:
            for key in unsure.had.keys() | unsure.change.keys():
                may_be = {unsure.had[key], unsure.had[key] + unsure.change[key]}
                neither = None if has[key] in may_be else (key, has[key], may_be)
                findings.add("own items after a commit without an answer", wrong=neither)


def soak(database: Database, options: argparse.Namespace) -> ClusterFindings:
    """All of it at once; at the end everything must be equal."""
    layout, known, findings = database.layout, Known(), ClusterFindings()
    assert layout
    before = totals(database)
    writers = [Writer(database, known, findings) for _ in range(options.writers)]
    looking: Mapping[str, Callable[[], None]] = {
        "comparisons": partial(compare, database, layout, findings),
        "folds": partial(fold_once, database, findings),
        "refreshes": partial(refresh_once, database, layout, findings),
        "totals": partial(look_at_totals, database, before, known, findings),
        "totals and lists": partial(look_in_one_transaction, database, findings),
    }
    actions: list[Callable[[], None]] = [
        *(partial(whenever_possible, w.step, "steps", findings) for w in writers),
        *(partial(whenever_possible, do, what, findings) for what, do in looking.items()),
    ]
    troubles = threading.Thread(target=_trouble, args=(database, options, findings))
    troubles.start()
    at_once(actions, findings, options.seconds, {}, progress=options.progress)
    troubles.join()
    wait_until(lambda: _settled(database), "no commit is in doubt", RECOVERY_SECONDS)
    compare(database, layout, findings)
    nothing_lost(database, writers, findings)
    fold_once(database, findings)
    refresh_once(database, layout, findings)
    return findings


def _settled(database: Database) -> bool:
    # Citus finishes what a crash has left when its daemon comes to it: within a minute.
    [(number,)] = run(database, IN_DOUBT)
    return not number


def _trouble(database: Database, options: argparse.Namespace, findings: ClusterFindings) -> None:
    number = options.moves + (len(options.ports.split(",")) if options.kill else 0)
    pause = options.seconds / (number + 2)
    try:
        move_shards(database, options.moves, pause, findings)
        if options.kill:
            kill_nodes(options, pause / 2, findings)
    except Exception as error:  # noqa: BLE001 - a thread's error must reach the reader
        findings.add("errors", wrong=repr(error))


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    found.add_argument("--seconds", type=float, default=60)
    found.add_argument("--writers", type=int, default=4)
    found.add_argument("--moves", type=int, default=0, help="shards to move to another node")
    found.add_argument("--kill", default="", help="the command that kills the node of a {port}")
    found.add_argument("--start", default="", help="the command that starts it again")
    found.add_argument("--ports", default="", help="of the nodes to kill, with commas")
    found.add_argument("--progress", action="store_true")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    with cluster(options.writers + 30) as database:
        findings = soak(database, options)
    for what, count in sorted(findings.counts.items()):
        sys.stdout.write(f"{count:>10,} {what}\n")
    wrong: list[Any] = findings.wrong
    for one in wrong[:20]:
        sys.stdout.write(f"WRONG {one}\n")
    sys.stdout.write(f"{len(wrong):>10,} wrong\n")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
