"""An auditor who trusts nobody: it shares no code and no statement with the counting.

`check` counts everything; `status` looks at the machinery only, and is quick.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from genonaut.counting.cached_count import GEN_SOURCE, CachedCount
from genonaut.counting.statements import statements
from genonaut.db.migrations.files import FOLDER as MIGRATIONS

TRIGGER = re.compile(r"^(CREATE TRIGGER (\w+) \w+ \w+ ON (\w+).*?);", re.DOTALL | re.MULTILINE)
FUNCTION = re.compile(r"CREATE FUNCTION (\w+)\(\).*?AS \$\$(.*?)\$\$;", re.DOTALL)
WORST = 5


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: is it well, and what was seen."""

    what: str
    ok: bool
    detail: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Limits:
    """What is still well: rows in the ledger, seconds since the last good refresh."""

    ledger_rows: int
    refresh_age_seconds: float


def check(session: Session, limits: Limits, count: CachedCount = GEN_SOURCE) -> list[Finding]:
    """Everything: the counts themselves, compared key by key, and the machinery."""
    return [_counts(session, count), *status(session, limits, count)]


def status(session: Session, limits: Limits, count: CachedCount = GEN_SOURCE) -> list[Finding]:
    """The machinery: triggers, ledger, refreshes."""
    return [
        _triggers(session, count),
        _ledger(session, limits, count),
        _refreshes(session, limits, count),
    ]


def _rows(session: Session, count: CachedCount, name: str) -> list[Any]:
    text = statements(count.audit_statements)[name]
    return list(session.connection().exec_driver_sql(text, {}))


def _counts(session: Session, count: CachedCount) -> Finding:
    compared = _rows(session, count, "compare")
    wrong = [row for row in compared if row.told != row.truth]
    data = {"compared": len(compared), "wrong": len(wrong)}
    if not wrong:
        return Finding("counts", True, f"All {len(compared):,} counts equal a recount.", data)
    wrong.sort(key=lambda row: (-abs(row.told - row.truth), row.who))
    worst = [row._asdict() for row in wrong[:WORST]]
    first = wrong[0]
    detail = (
        f"{len(wrong):,} of {len(compared):,} counts are wrong, the worst being {first.who} "
        f"{first.source}: readers are told {first.told:,}, and there are {first.truth:,}. "
        "Run `genonaut stats refresh`, and find out who writes behind the triggers."
    )
    return Finding("counts", False, detail, data | {"worst": worst})


def _triggers(session: Session, count: CachedCount) -> Finding:
    made_by = (MIGRATIONS / count.made_by).read_text(encoding="utf-8")
    troubles = [
        *_trigger_troubles(session, count, made_by),
        *_function_troubles(session, count, made_by),
    ]
    if not troubles:
        in_all = len(TRIGGER.findall(made_by))
        return Finding("triggers", True, f"All {in_all} triggers are in place.")
    detail = (
        f"{'; '.join(troubles)}. Restore what {count.made_by} makes, then run "
        "`genonaut stats refresh`."
    )
    return Finding("triggers", False, detail, {"troubles": troubles})


def _trigger_troubles(session: Session, count: CachedCount, made_by: str) -> Iterator[str]:
    found = {(row.table_name, row.trigger_name): row for row in _rows(session, count, "triggers")}
    ours = {(table, name): text for text, name, table in TRIGGER.findall(made_by)}
    for (table, name), text in sorted(ours.items()):
        there = found.get((table, name))
        if there is None:
            yield f"{table} has no trigger {name}"
        elif not there.fires:
            yield f"the trigger {name} on {table} is disabled"
        elif _one_line(there.statement) != _one_line(text):
            yield f"the trigger {name} on {table} is not the current version"
    known = {table for table, _ in ours}
    for (partition,) in _rows(session, count, "partitions"):
        if partition not in known:
            yield f"the partition {partition} is not counted"


def _one_line(statement: str) -> str:
    return " ".join(statement.replace("public.", "").split())


def _function_troubles(session: Session, count: CachedCount, made_by: str) -> Iterator[str]:
    theirs = dict(tuple(row) for row in _rows(session, count, "functions"))
    for name, source in sorted(FUNCTION.findall(made_by)):
        if name not in theirs:
            yield f"the function {name} is missing"
        elif theirs[name] != source:
            yield f"the function {name} is not the current version"


def _ledger(session: Session, limits: Limits, count: CachedCount) -> Finding:
    [(rows,)] = _rows(session, count, "ledger")
    ok = rows <= limits.ledger_rows
    detail = f"The ledger has {rows:,} rows" + (
        "."
        if ok
        else f", more than {limits.ledger_rows:,}: nobody folds it. Is the worker running?"
    )
    return Finding("ledger", ok, detail, {"rows": rows})


def _refreshes(session: Session, limits: Limits, count: CachedCount) -> Finding:
    [last] = _rows(session, count, "refreshes")
    age = last.seconds_since_good
    data = {"last_outcome": last.last_outcome, "seconds_since_good": age}
    if age is None:
        detail = "The counts were never built: run `genonaut stats refresh`."
        return Finding("refresh", False, detail, data)
    if last.last_outcome == "failed":
        detail = f"The last refresh failed: {last.last_error}"
        return Finding("refresh", False, detail, data)
    ok = age <= limits.refresh_age_seconds
    detail = f"The last refresh was {_duration(age)} ago" + (
        "." if ok else ", which is too long: is the scheduler running?"
    )
    return Finding("refresh", ok, detail, data)


def _duration(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
