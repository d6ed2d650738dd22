"""The tables and the picture of docs/distributed.md, from what was counted on a cluster."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from benchmarks.side_by_side.report.plots import Plot, Point, draw
from genonaut.config_home import CHECKOUT

PAGE: Final = CHECKOUT / "docs" / "distributed.md"
PICTURE: Final = CHECKOUT / "docs" / "distributed.svg"
COUNTED: Final = Path(__file__).parent / "counted.json"
BEGIN, END = "<!-- work: python -m benchmarks.nodes --draw -->\n", "\n<!-- end of work -->"
NODES: Final = (2, 4, 8, 16)
ON_ALL_NODES: Final = "a new user"
TITLE: Final = "Statements to each worker for a thousand actions"
PLOTTED: Final = {
    "an insert of one item": "insert",
    "the four counts": "counts",
    "the first page of all items": "page",
    ON_ALL_NODES: "new user",
}
MARKS: Final = {
    "new user": ("#b3261e", "#ff8a80", ""),
    "insert": ("#0b6e4f", "#5fd3a6", ""),
    "counts, 32 parts": ("#1f5fbf", "#86b4ff", ""),
    "counts, 8 parts": ("#1f5fbf", "#86b4ff", "4 2"),
    "page, 32 parts": ("#9a4b00", "#f0a860", ""),
    "page, 8 parts": ("#9a4b00", "#f0a860", "4 2"),
}
Counted = Mapping[str, Mapping[str, tuple[int, int]]]
"""By the number of parts and the action: statements to all nodes, and the rows that come back."""


def counted() -> Counted:
    """What was counted, of each cluster that was looked at."""
    found: Counted = json.loads(COUNTED.read_text(encoding="utf-8"))
    return found


def table(found: Counted) -> str:
    """Statements and rows of each action, beside each other for each number of parts."""
    parts = sorted(found, key=int)
    head = "| what | " + " | ".join(f"{n} parts: statements | rows" for n in parts) + " |"
    lines = [head, "| --- |" + " ---: |" * 2 * len(parts)]
    for name in found[parts[0]]:
        numbers = (f"{found[n][name][0]:,} | {found[n][name][1]:,}" for n in parts)
        lines.append(f"| {name} | {' | '.join(numbers)} |")
    return "\n".join(lines)


def picture(found: Counted) -> str:
    """How the work of one node grows or falls with the nodes."""
    curves = dict(_curves(found))
    marks = {name: MARKS[name] for name in curves}
    return draw(Plot(TITLE, "workers", "statements", curves, marks))


def _curves(found: Counted) -> Iterator[tuple[str, list[Point]]]:
    for parts, of_these in found.items():
        for name, short in PLOTTED.items():
            # An insert and a new user are the same with any number of parts.
            label = short if short in MARKS else f"{short}, {parts} parts"
            yield label, list(_points(name, of_these[name][0]))


def _points(name: str, statements: int) -> Iterator[Point]:
    for nodes in NODES:
        # What every node has is changed on each; the rest is shared among them.
        each = 1000.0 if name == ON_ALL_NODES else 1000 * statements / nodes
        yield float(nodes), each, each, each


def write() -> None:
    """Put the table into the page, and the picture beside it."""
    text = PAGE.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise LookupError(f"{PAGE} has no place for the table.")
    found = counted()
    PAGE.write_text(before + begin + table(found) + end + after, encoding="utf-8")
    PICTURE.write_text(picture(found), encoding="utf-8")
