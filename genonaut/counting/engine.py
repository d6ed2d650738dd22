"""Read, fold and refresh: the whole life of a cached count.

Everything is additive: no absolute count is ever written over one that other transactions change.
A fold moves what writers appended to the ledger into the stored counts. A refresh recounts and adds
what is missing. Neither commits: that is for the caller, who owns the session.
"""

import json
import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult
from sqlalchemy.orm import Session

from genonaut.counting.declaration import CachedCount
from genonaut.counting.layout import laid_out, spread_layout
from genonaut.counting.rendering import statements, together

KEEP_REFRESHES = 1000  # records
KEEP_WORST = 10  # errors in a record
BUSY = "busy"


class WrongIsolationError(Exception):
    """The session's transaction is not READ COMMITTED."""


@dataclass(frozen=True)
class Reading:
    """Exact counts by (key, category) on one snapshot. The key of the totals is None.

    `ledger_rows` says how much had to be added to the stored counts, `as_of` when this was, and
    `verified_at` when the counts were last compared with the truth: None if they were never built.
    Totals of a spread count add up parts of several moments, none before `as_of`: then they are not
    of `one_moment`.
    """

    counts: Counter[tuple[Any, str]]
    ledger_rows: int
    as_of: datetime
    verified_at: datetime | None
    one_moment: bool = True


@dataclass(frozen=True)
class Fold:
    """What a fold did: ledger rows taken, stored rows written."""

    rows_taken: int
    rows_written: int


@dataclass(frozen=True)
class Refresh:
    """What a refresh found: how many counts it compared, and how far they were off.

    `worst` has the largest errors, as {"key", "category", "was", "is"}; `totals` the truth by
    category, over all keys.
    """

    started_at: datetime
    duration_seconds: float = 0.0
    outcome: str = ""
    rows_checked: int = 0
    rows_wrong: int = 0
    rows_written: int = 0
    largest_error: int = 0
    worst: list[dict[str, Any]] = field(default_factory=list)
    totals: dict[str, int] = field(default_factory=dict)


def execute(
    session: Session, count: CachedCount, name: str, **parameters: object
) -> CursorResult[Any]:
    """Execute one of a count's statements, by its name."""
    text = statements(laid_out(session, count))[name]
    return session.connection().exec_driver_sql(text, parameters)


def read(session: Session, count: CachedCount, keys: Iterable[Any] = ()) -> Reading:
    """The counts of some keys, and the totals: stored plus ledger."""
    return reading(laid_out(session, count), execute(session, count, "read", keys=list(keys)))


def read_live(session: Session, count: CachedCount, keys: Iterable[Any] = ()) -> Reading:
    """The same by counting the rows, which takes longer the more there are."""
    return reading(laid_out(session, count), execute(session, count, "read_live", keys=list(keys)))


def reading(count: CachedCount, rows: Iterable[Any]) -> Reading:
    """A reading from the rows of the statement `read` or `read_live`."""
    counts = Counter[tuple[Any, str]]()
    ledger_rows = 0
    # In the order of the statement's columns: to look each up by its name takes twice as long.
    for _, key, category, number, of_ledger, read_at, compared_at in rows:
        if category is None:
            as_of, verified_at = read_at, compared_at
            continue
        ledger_rows += of_ledger
        if key is not None or count.total:
            counts[key, category] += number
        if key is not None and of_ledger and count.total:
            counts[None, category] += number
    return Reading(counts, ledger_rows, as_of, verified_at, one_moment=not count.spread)


def read_together(
    session: Session, counts: Collection[CachedCount], keys: Iterable[Any], *, live: bool = False
) -> Mapping[str, Reading]:
    """Readings of the same keys out of several counts, of one snapshot, by the counts' names."""
    there = tuple(laid_out(session, count) for count in counts)
    statement = together(there, "read_live" if live else "read")
    rows = session.connection().exec_driver_sql(statement, {"keys": list(keys)})
    return readings(there, rows)


def readings(counts: Iterable[CachedCount], rows: Iterable[Any]) -> Mapping[str, Reading]:
    """Readings from the rows of several counts, read together."""
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return {count.name: reading(count, found[count.name]) for count in counts}


def stored_rows(session: Session, count: CachedCount) -> int:
    """How many counts are stored."""
    rows: int = execute(session, count, "stored_rows").scalar_one()
    return rows


def fold(session: Session, count: CachedCount) -> Fold | None:
    """Move the ledger into the stored counts; None if another fold or refresh has the lock.

    Each part of a spread count is folded by itself.

    Raises:
        WrongIsolationError: the session's transaction is not READ COMMITTED.
    """
    _require_read_committed(session)
    if layout := spread_layout(session, count):
        return layout.fold(session, count)
    if not execute(session, count, "try_lock").scalar_one():
        return None
    return Fold(**execute(session, count, "fold").one()._asdict())


def refresh(
    session: Session,
    count: CachedCount,
    requested_by: str,
    *,
    wait: bool = True,
    parts: Sequence[CachedCount] = (),
) -> Refresh:
    """Recount everything, add what is missing, fold the ledger, and record what was found.

    If another refresh is running, this waits for it; with `wait=False` it does nothing, and its
    outcome is `busy`. On an empty cache what is missing is the whole count.

    A spread count is refreshed part by part. There is one record, with the sums: name all parts,
    since it says that the counts are built.

    Raises:
        WrongIsolationError: the session's transaction is not READ COMMITTED.
    """
    _require_read_committed(session)
    if wait:
        execute(session, count, "lock_refresh")
    elif not execute(session, count, "try_lock_refresh").scalar_one():
        return Refresh(started_at=_now(session), outcome=BUSY)
    started = time.monotonic()
    layout = spread_layout(session, count)
    found = (
        layout.refresh(session, count)
        if layout
        else [_refresh_part(session, part) for part in parts or [count]]
    )
    result = replace(_sum(found), duration_seconds=time.monotonic() - started)
    return _record(session, count, requested_by, result)


def _refresh_part(session: Session, count: CachedCount) -> Refresh:
    result = _recount(session, count)
    execute(session, count, "lock")
    stored = execute(session, count, "enter_differences").scalar_one() if result.rows_wrong else 0
    folded = execute(session, count, "fold").one()
    return replace(result, rows_written=stored + folded.rows_written)


def _sum(found: Sequence[Refresh]) -> Refresh:
    """What was found in all parts, as of the moment at which the first one was compared."""
    worst = sorted((error for one in found for error in one.worst), key=_size, reverse=True)
    totals = Counter[str]()
    for one in found:
        totals.update(one.totals)
    return Refresh(
        started_at=found[0].started_at,
        rows_checked=sum(one.rows_checked for one in found),
        rows_wrong=sum(one.rows_wrong for one in found),
        rows_written=sum(one.rows_written for one in found),
        largest_error=max(one.largest_error for one in found),
        worst=worst[:KEEP_WORST],
        totals=dict(totals),
    )


def _size(error: Mapping[str, Any]) -> int:
    return abs(int(error["is"] - error["was"]))


def _recount(session: Session, count: CachedCount) -> Refresh:
    """Compare on one snapshot; what differs is in a temporary table afterwards."""
    if laid_out(session, count).key.owner:
        execute(session, count, "keep_owners")
    execute(session, count, "keep_counted")
    execute(session, count, "forget_last_recount")
    execute(session, count, "prepare")
    started_at = _now(session)
    execute(session, count, "recount")
    found = execute(session, count, "summary").one()._asdict()
    worst = [dict(row) for row in execute(session, count, "worst").mappings()]
    return Refresh(started_at=started_at, worst=worst, **found)


def record_failure(session: Session, count: CachedCount, requested_by: str, error: str) -> None:
    """Record a refresh that failed, in a transaction of its own."""
    _record(session, count, requested_by, Refresh(started_at=_now(session)), error)


def _now(session: Session) -> datetime:
    now: datetime = session.connection().exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    return now


def _record(
    session: Session,
    count: CachedCount,
    requested_by: str,
    result: Refresh,
    error: str | None = None,
) -> Refresh:
    values = asdict(result) | {
        "worst": json.dumps(result.worst),
        "totals": json.dumps(result.totals),
    }
    written = execute(session, count, "record", requested_by=requested_by, error=error, **values)
    outcome: str = written.scalar_one()
    execute(session, count, "prune", keep=KEEP_REFRESHES)
    return replace(result, outcome=outcome)


def _require_read_committed(session: Session) -> None:
    # At a higher level the snapshot is older than the lock, and may miss the previous fold.
    level = session.connection().exec_driver_sql("SHOW transaction_isolation").scalar_one()
    if level != "read committed":
        raise WrongIsolationError(
            f"Folds and refreshes need READ COMMITTED, and this transaction is {level.upper()}: "
            "begin one at READ COMMITTED."
        )
