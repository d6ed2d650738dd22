"""The auditor: it compares the counts with statements of its own, not with those of the counting.

With the counting it shares the declaration, and the SQL that makes the machinery, which it
compares with what the database has. `check` counts everything; `status` looks at the machinery
only, and is quick.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from sqlalchemy.orm import Session

from genonaut.counting.declaration import CachedCount
from genonaut.counting.layout import PartsAwayError, laid_out, layout_of, spread_layout
from genonaut.counting.rendering import definition, place_triggers, statements

FUNCTION = re.compile(
    r"^CREATE FUNCTION .*?(\w+)\(\) .*?AS \$\$(.*?)\$\$;", re.DOTALL | re.MULTILINE
)
PLACED = {"insert", "update", "delete", "truncate"}
WORST = 5
REFRESH = "genonaut stats refresh"
DISTRIBUTE = "genonaut db distribute"  # it puts functions and triggers of each part back


@dataclass(frozen=True)
class Finding:
    """One thing that was examined: whether it is all right, and what was found."""

    what: str
    ok: bool
    detail: str
    data: dict[str, Any] = field(default_factory=dict)


class Kind(Enum):
    """What is wrong with the machinery, by what repairs it."""

    UNPLACED = auto()  # a trigger that the count's own function places
    BROKEN = auto()  # a function, or a trigger that no function places
    STRAY = auto()  # a trigger on a table that is no longer a part of what is counted


@dataclass(frozen=True)
class Trouble:
    """One thing that is wrong with the machinery; `statement` removes it if it is stray."""

    kind: Kind
    text: str
    statement: str = ""


@dataclass(frozen=True)
class Limits:
    """The most that is still all right: rows in the ledger, seconds since the last good refresh."""

    ledger_rows: int
    refresh_age_seconds: float


def check(session: Session, count: CachedCount, limits: Limits) -> list[Finding]:
    """Everything: the counts themselves, compared key by key, and the machinery."""
    return [compare(session, count), *status(session, count, limits)]


def status(session: Session, count: CachedCount, limits: Limits) -> list[Finding]:
    """The machinery: triggers, ledger, refreshes."""
    return [
        _triggers(session, count),
        _ledger(session, count, limits),
        _refreshes(session, count, limits),
    ]


def _rows(session: Session, count: CachedCount, name: str, **parameters: object) -> list[Any]:
    text = statements(laid_out(session, count), "audit.sql")[name]
    return list(session.connection().exec_driver_sql(text, parameters))


def compare(session: Session, count: CachedCount) -> Finding:
    """The counts themselves, key by key."""
    if layout := spread_layout(session, count):
        try:
            return _counts_of_parts(count, layout.compare(session, count))
        except PartsAwayError as error:
            return Finding("counts", False, str(error))
    found = _rows(session, count, "compare", limit=WORST)
    first = found[0]
    data = {"compared": first.compared, "wrong": first.wrong}
    if not first.wrong:
        return Finding("counts", True, f"All {first.compared:,} counts equal a recount.", data)
    worst = [row._asdict() for row in found]
    for row in worst:
        del row["compared"], row["wrong"]
    verb = "is" if first.wrong == 1 else "are"
    detail = (
        f"{first.wrong:,} of {first.compared:,} counts {verb} wrong, the worst being {first.who} "
        f"{first.kind}: readers get {first.reported:,}, the view shows {first.shown:,}, and there "
        f"are {first.truth:,}. "
    )
    if any(row.reported != row.shown for row in found):
        detail += f"The view is not the current version: run `{_restore(count)}`."
    else:
        detail += f"Run `{REFRESH}`, and find the writer that bypasses the triggers."
    return Finding("counts", False, detail, data | {"worst": worst})


def _counts_of_parts(count: CachedCount, parts: list[dict[str, Any]]) -> Finding:
    compared, wrong = (sum(part[name] for part in parts) for name in ("compared", "wrong"))
    data = {"compared": compared, "wrong": wrong, "parts": len(parts)}
    if not wrong:
        detail = f"All {compared:,} counts of {len(parts)} parts equal a recount."
        return Finding("counts", True, detail, data)
    worst = [row for part in parts for row in part["worst"]]
    worst.sort(key=lambda row: abs(row["reported"] - row["truth"]), reverse=True)
    first = worst[0]
    verb = "is" if wrong == 1 else "are"
    detail = (
        f"{wrong:,} of {compared:,} counts {verb} wrong, the worst being "
        f"{first['who'] or count.total} {first['kind']}: readers get {first['reported']:,} of its "
        f"part, and there are {first['truth']:,}. Run `{REFRESH}`, and find the writer that "
        "bypasses the triggers."
    )
    return Finding("counts", False, detail, data | {"worst": worst[:WORST]})


def _triggers(session: Session, count: CachedCount) -> Finding:
    found = _rows(session, count, "triggers")
    troubles = [*_trigger_troubles(count, found), *_function_troubles(session, count)]
    if not troubles:
        return Finding("triggers", True, f"All {len(found)} triggers are in place.")
    texts = [trouble.text for trouble in troubles]
    remedy = [DISTRIBUTE, REFRESH] if layout_of(session) else _remedy(count, troubles)
    steps = [f"`{step}`" for step in remedy]
    detail = f"{'; '.join(texts)}. Run {', then '.join(steps)}."
    return Finding("triggers", False, detail, {"troubles": texts})


def _trigger_troubles(count: CachedCount, found: list[Any]) -> Iterator[Trouble]:
    for row in found:
        trigger = f"the trigger {row.trigger} on {row.part}"
        can_be_placed = row.trigger.removeprefix(f"{count.name}_") in PLACED
        kind = Kind.UNPLACED if can_be_placed else Kind.BROKEN
        if not row.is_there:
            yield Trouble(kind, f"{row.part} has no trigger {row.trigger}")
        elif not row.is_expected:
            yield Trouble(
                Kind.STRAY,
                f"{row.part} has the trigger {row.trigger}, but is not a part of what is counted",
                f"DROP TRIGGER {row.trigger} ON {row.part}",
            )
        elif not row.fires:
            yield Trouble(kind, f"{trigger} is disabled")
        elif not row.is_current:
            yield Trouble(kind, f"{trigger} is not the current version")


def _function_troubles(session: Session, count: CachedCount) -> Iterator[Trouble]:
    layout = layout_of(session)
    text = layout.definition(count) if layout else definition(count)
    ours = dict(FUNCTION.findall(text))
    found = _rows(session, count, "functions", names=list(ours))
    theirs = {row.name: row for row in found}
    for name, source in sorted(ours.items()):
        if name not in theirs:
            yield Trouble(Kind.BROKEN, f"the function {name} is missing")
        elif theirs[name].source != source or not theirs[name].runs_right:
            yield Trouble(Kind.BROKEN, f"the function {name} is not the current version")


def _remedy(count: CachedCount, troubles: list[Trouble]) -> Iterator[str]:
    """The commands and statements that repair it, in their order."""
    kinds = {trouble.kind for trouble in troubles}
    if Kind.BROKEN in kinds:  # this places the triggers as well
        yield _restore(count)
    elif Kind.UNPLACED in kinds:
        yield f"SELECT {place_triggers(count)}"
    if Kind.STRAY in kinds:
        yield "; ".join(trouble.statement for trouble in troubles if trouble.statement)
    yield REFRESH


def _restore(count: CachedCount) -> str:
    return f"genonaut stats sql {count.name} --restore | genonaut db psql"


def _ledger(session: Session, count: CachedCount, limits: Limits) -> Finding:
    layout = spread_layout(session, count)
    try:
        rows = layout.ledger_rows(session, count) if layout else _ledger_rows(session, count)
    except PartsAwayError as error:
        return Finding("ledger", False, str(error))
    ok = rows <= limits.ledger_rows
    detail = f"The ledger has {rows:,} row{'' if rows == 1 else 's'}" + (
        "."
        if ok
        else f", more than {limits.ledger_rows:,}: it is not being folded. Is the worker running?"
    )
    return Finding("ledger", ok, detail, {"rows": rows})


def _ledger_rows(session: Session, count: CachedCount) -> int:
    [(rows,)] = _rows(session, count, "ledger")
    found: int = rows
    return found


def _refreshes(session: Session, count: CachedCount, limits: Limits) -> Finding:
    [last] = _rows(session, count, "refreshes")
    age = last.seconds_since_good
    data = {"last_outcome": last.last_outcome, "seconds_since_good": age}
    if age is None and last.is_built:
        detail = f"The last refresh is dated in the future, so it proves nothing: run `{REFRESH}`."
        return Finding("refresh", False, detail, data)
    if age is None:
        detail = f"The counts were never built: run `{REFRESH}`."
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
