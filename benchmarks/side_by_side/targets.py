"""What was promised, and what came of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.side_by_side.found import Found, Spread

READ_CONNECTIONS = 32
READ = {"connections": READ_CONNECTIONS, "processes": 1, "users": "with content"}
WRITE = {"transaction": "2 ms", "writers": 32, "users": "many", "client": "pgbench"}


@dataclass(frozen=True)
class Target:
    """A figure, its limit (`at_least`, else at most), and what was measured, where."""

    figure: str
    limit: float
    at_least: bool
    found: Spread | None
    where: str = ""

    @property
    def met(self) -> bool | None:
        """None if it was not measured."""
        if self.found is None:
            return None
        found = self.found.median
        return found >= self.limit if self.at_least else found <= self.limit

    @property
    def verdict(self) -> str:
        """Met, or by how much not."""
        if self.found is None:
            return "not measured in this run"
        if self.met:
            return "met"
        found = self.found.median
        if not self.limit or not found:
            return f"**not met**, by {abs(found - self.limit):,.0f}"
        short = self.limit / found if self.at_least else found / self.limit
        return f"**not met**, by a factor of {short:.2f}"


def targets(found: Found) -> Iterator[Target]:
    """All of them, in the order in which they were promised."""
    yield from _reading(found)
    yield from _writing(found)
    yield from _refreshing(found)
    yield from _pages(found)
    errors = [
        error
        for measure in ("staleness", "truth")
        for record in found.where(measure, contestant="ours")
        for error in (record["largest_error_read"], record["largest_error_snapshot"])
    ] + [record["error_left"] for record in found.where("kill", contestant="ours")]
    yield Target("largest error ever seen by a reader, ours", 0, False, Spread.of(errors))


def _reading(found: Found) -> Iterator[Target]:
    rows = found.seen("rows", "read") or [0]
    cell = {"rows": rows[-1], **READ}
    at = f"{rows[-1]:,} rows"
    yield Target(
        "stats route, 32 connections: ours / same JSON without a database",
        0.85,
        True,
        found.ratio("per_second", "ours", "none", "read", **cell),
        at,
    )
    for users in ("with content", "without"):
        yield Target(
            f"stats route, 32 connections: ours / hourly, users {users}",
            25,
            True,
            found.ratio("per_second", "ours", "hourly", "read", **{**cell, "users": users}),
            at,
        )
    yield Target(
        "stats route, p50: the most rows / the fewest",
        1.2,
        False,
        _growth(found, "p50_ms", "growth"),
        f"{rows[-1]:,} / {rows[0]:,} rows",
    )


def _writing(found: Found) -> Iterator[Target]:
    yield Target(
        "inserts in 2 ms transactions, 32 writers: ours / no counting",
        0.97,
        True,
        found.ratio("per_second", "ours", "none", "write", **WRITE),
    )
    for other in ("row trigger", "statement trigger"):
        yield Target(
            f"the same: ours / {other}",
            8,
            True,
            found.ratio("per_second", "ours", other, "write", **WRITE),
        )
    rows = (found.seen("rows", "copy") or [0])[-1]
    yield Target(
        "COPY: ours / no counting",
        0.97,
        True,
        found.ratio("rows_per_second", "ours", "none", "copy", rows=rows),
        f"{rows:,} rows",
    )


def _refreshing(found: Found) -> Iterator[Target]:
    rows = (found.seen("rows", "refresh", growing="items") or [0])[-1]
    cell = {"growing": "items", "change": "nothing", "rows": rows}
    yield Target(
        "refresh, nothing changed: ours / bare GROUP BY",
        1.3,
        False,
        found.ratio("seconds", "ours", "bare GROUP BY", "refresh", **cell),
        f"{rows:,} rows",
    )
    yield Target(
        "refresh, nothing changed: rows written by ours",
        0,
        False,
        found.spread("rows_written", "refresh", contestant="ours", change="nothing"),
        "all sizes",
    )
    most = (found.seen("users", "refresh") or [0])[-1]
    yield Target(
        "refresh, first build: hourly / ours",
        15,
        True,
        found.ratio("seconds", "hourly", "ours", "refresh", change="first build", users=most),
        f"{most:,} users",
    )


def _pages(found: Found) -> Iterator[Target]:
    rows = found.seen("rows", "page") or [0]
    yield Target(
        "gallery, first page with totals: the most rows / the fewest",
        1.3,
        False,
        _growth(found, "p50_ms", "page", page="first"),
        f"{rows[-1]:,} / {rows[0]:,} rows",
    )
    most = {"contestant": "ours", "rows": rows[-1]}
    far, first = (most | {"page": page} for page in ("far end by cursor", "first"))
    yield Target(
        "gallery, page at the far end by cursor / first page",
        1.5,
        False,
        found.quotient("p50_ms", "page", far, first),
        f"{rows[-1]:,} rows",
    )


def _growth(found: Found, figure: str, measure: str, **cell: object) -> Spread | None:
    """Ours with the most rows, divided by ours with the fewest."""
    rows = found.seen("rows", measure)
    if len(rows) < 2:  # noqa: PLR2004 - nothing to compare
        return None
    most, fewest = (
        {"contestant": "ours", "rows": number, **cell} for number in (rows[-1], rows[0])
    )
    return found.quotient(figure, measure, most, fewest)
