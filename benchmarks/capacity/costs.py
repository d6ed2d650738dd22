"""What a request, a write and a refresh cost: from the benchmark's figures, each with its place.

A figure that a run does not have (older ones measured less) is replaced by the next in its list.
"""

import json
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.side_by_side.measures.pages import VARIED
from benchmarks.side_by_side.report.results import MOST, Figure, Results, Where

FOLDER = Path(__file__).parent
RESULTS = FOLDER.parent / "results.json"
ASSUMPTIONS = FOLDER / "assumptions.toml"

OURS: Where = {"contestant": "ours"}
AT_32 = {**OURS, "rows": MOST, "connections": 32, "processes": 1, "users": "with content"}
SINGLE = {**OURS, "transaction": "single", "users": "many", "writers": 8, "client": "pgbench"}
FIRST_PAGE = {**OURS, "rows": MOST, "page": "first"}
OTHER_PAGES = {**OURS, "asked": VARIED}
UNCHANGED = {**OURS, "rows": MOST, "growing": "items", "change": "nothing"}


@dataclass(frozen=True)
class Assumed:
    """A value of the file, with its source and how sure it is."""

    name: str
    value: float
    sure: str
    source: str


@dataclass(frozen=True)
class Cost:
    """A figure of the benchmark, as this computes with it."""

    name: str
    value: float
    unit: str
    source: str


class Assumptions:
    """The file's values by their names."""

    def __init__(self, file: Path = ASSUMPTIONS) -> None:
        with file.open("rb") as opened:
            found: dict[str, dict[str, Any]] = tomllib.load(opened)
        self.all = [Assumed(name, **about) for name, about in found.items()]
        self._values = {each.name: each.value for each in self.all}

    def __getitem__(self, name: str) -> float:
        return self._values[name]


class Costs:
    """The costs by their names, all in processor seconds, bytes or seconds for one."""

    def __init__(self, assumed: Assumptions, file: Path = RESULTS) -> None:
        run = json.loads(file.read_text(encoding="utf-8"))
        self.about = f"{run['started']}, {run['machine']['processors']} processors"
        reader = _Reader(Results(run["records"]), int(run["machine"]["processors"]), assumed)
        self.all = list(reader.costs())
        self._values = {each.name: each.value for each in self.all}

    def __getitem__(self, name: str) -> float:
        return self._values[name]


@dataclass(frozen=True)
class _Way:
    """One way to get a cost from a figure."""

    figure: Figure
    where: Where
    convert: Callable[[float], float]


class _Reader:
    def __init__(self, results: Results, processors: int, assumed: Assumptions) -> None:
        self._results = results
        self._processors = processors
        self._share = assumed["database-share"]

    def costs(self) -> Iterator[Cost]:
        page = Figure("page", "p50_ms")
        yield self._cost(
            "counts, API",
            "s",
            _Way(Figure("read", "processor_us"), AT_32, lambda us: us / 1e6),
            _Way(Figure("read", "per_second"), AT_32, lambda rate: 1 / rate),
        )
        yield self._cost(
            "counts, database",
            "s",
            _Way(Figure("query", "p50_ms"), {**OURS, "rows": MOST}, lambda ms: ms / 1e3),
        )
        yield self._cost(
            "page, API",
            "s",
            _Way(Figure("pages", "processor_us"), OTHER_PAGES, lambda us: us / 1e6),
            _Way(page, FIRST_PAGE, lambda ms: ms / 1e3 * (1 - self._share)),
        )
        yield self._cost(
            "page, database", "s", _Way(page, FIRST_PAGE, lambda ms: ms / 1e3 * self._share)
        )
        yield self._cost(
            "write",
            "s",
            _Way(Figure("write", "per_second"), SINGLE, lambda rate: self._processors / rate),
        )
        yield self._cost(
            "log of a write",
            "B",
            _Way(Figure("write", "wal_bytes_per_row"), SINGLE, lambda size: size),
        )
        yield self._refresh()

    def _refresh(self) -> Cost:
        figure = Figure("refresh", "seconds")
        rows = self._results.resolved(figure.measure, UNCHANGED)["rows"]
        return self._cost(
            "refresh of an item",
            "s",
            _Way(figure, UNCHANGED, lambda seconds: seconds / float(str(rows))),
        )

    def _cost(self, name: str, unit: str, *ways: _Way) -> Cost:
        for way in ways:
            where = self._results.resolved(way.figure.measure, way.where)
            if spread := self._results.spread(way.figure, where):
                value, source = (
                    way.convert(spread.median),
                    f"{way.figure.measure}.{way.figure.name}",
                )
                return Cost(name, value, unit, f"{source}, {_place(where)}")
        raise LookupError(f"{RESULTS.name} has no figure for {name!r}: run `make bench`.")


def _place(where: Where) -> str:
    shown = {name: value for name, value in where.items() if name not in {"contestant", "client"}}
    return ", ".join(
        f"{value:,} {name}" if isinstance(value, int) else str(value)
        for name, value in shown.items()
    )
