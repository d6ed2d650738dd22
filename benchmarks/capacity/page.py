"""The tables and the picture of docs/growing.md, and writing them there."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.capacity.costs import Assumptions, Costs
from benchmarks.capacity.model import Needs
from benchmarks.side_by_side.report.plots import Plot, draw
from genonaut.config_home import CHECKOUT

PAGE = CHECKOUT / "docs" / "growing.md"
PICTURE = CHECKOUT / "docs" / "growing.svg"
PART = "<!-- {0}: python -m benchmarks.capacity --write -->\n{1}\n<!-- end of {0} -->"
TITLE = "How many times the usual traffic each limit allows"
MARKS = {
    "primary: processors": ("#0b6e4f", "#5fd3a6", ""),
    "readers, all replicas": ("#1f5fbf", "#86b4ff", ""),
    "primary: commits": ("#9a4b00", "#f0a860", "6 4"),
    "replay on a standby": ("#b3261e", "#ff8a80", ""),
    "connections": ("#8a2f7d", "#e39ad6", "4 2"),
    "ledger between folds": ("#7a6a00", "#e0cf5a", "2 3"),
    "time of a refresh": ("#5a6473", "#a4afbe", "1 3"),
}
HEAD = (
    *("items", "pages/s", "writes/s", "API processes", "cores for reading", "for writing"),
    *("replicas", "disk", "log", "ledger", "refresh", "connections", "binds first"),
)


def table_of_needs(found: Sequence[Needs]) -> str:
    """What galleries take, a line for each."""
    return _table(HEAD, [list(_line(each)) for each in found])


def _line(each: Needs) -> Iterator[str]:
    yield from (f"{each.items:,}", _short(each.traffic.pages), _short(each.traffic.writes))
    yield from (f"{each.api_processes:,}", _short(each.reading_cores), _short(each.writing_cores))
    yield from (f"{each.replicas}", _bytes(each.disk), f"{_bytes(each.log)}/s")
    yield from (f"{each.ledger_rows:,.0f}", _seconds(each.refresh_seconds), f"{each.connections:,}")
    yield f"{each.first_limit}, at {_short(each.limits[each.first_limit])} times that"


def table_of_costs(costs: Costs) -> str:
    """What one request costs, and from where that is known."""
    rows = [[each.name, _cost(each.value, each.unit), each.source] for each in costs.all]
    return f"From the run of {costs.about}:\n\n" + _table(("one", "costs", "figure"), rows)


def table_of_assumptions(assumed: Assumptions) -> str:
    """What is assumed, and how sure it is."""
    rows = [[each.name, f"{each.value:,g}", each.sure, each.source] for each in assumed.all]
    return _table(("assumption", "value", "how sure", "what it is"), rows)


def picture(found: Sequence[Needs]) -> str:
    """The limits over the sizes."""
    curves = {
        name: [(float(each.items), *(each.limits[name],) * 3) for each in found]
        for name in found[0].limits
    }
    return draw(Plot(TITLE, "items", "times; below 1 it is too much", curves, MARKS))


def write(page: Path, picture_file: Path, parts: dict[str, str], drawn: str) -> None:
    """Put the parts into the page, between their marks, and the picture beside it."""
    text = page.read_text(encoding="utf-8")
    for name, part in parts.items():
        begin, end = PART.format(name, "\0").split("\0")
        before, found, rest = text.partition(begin)
        _, found_end, after = rest.partition(end)
        if not (found and found_end):
            raise LookupError(f"{page} has no place for {name!r}.")
        text = before + PART.format(name, part) + after
    page.write_text(text, encoding="utf-8")
    picture_file.write_text(drawn, encoding="utf-8")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"  # noqa: PLR2004 - two digits


def _bytes(value: float) -> str:
    for size, unit in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB")):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value / 1e3:.3g} kB"


def _seconds(value: float) -> str:
    return f"{value / 60:.2g} min" if value >= 120 else f"{value:.2g} s"  # noqa: PLR2004


def _cost(value: float, unit: str) -> str:
    if unit == "B":
        return f"{value:,.0f} B"
    return f"{value * 1e3:.2g} ms" if value >= 1e-4 else f"{value * 1e6:.2g} µs"  # noqa: PLR2004
