"""`RESULTS.md` and its plots, from the raw figures alone: they can be redrawn at any time."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.side_by_side.contestants.everyone import CONTESTANTS
from benchmarks.side_by_side.measures import MEASURES
from benchmarks.side_by_side.report.plots import draw
from benchmarks.side_by_side.report.results import Results
from benchmarks.side_by_side.report.tables import markdown

RAW = "results.json"
RESULTS = "RESULTS.md"
PLOTS = "plots"
# The page begins with what readers of the gallery notice.
ORDER = (
    *(
        "read",
        "calibrate",
        "write",
        "copy",
        "truth",
        "kill",
        "refresh",
        "page",
        "pages",
        "start",
        "noise",
    ),
)
ON_PAGE = [MEASURES[name] for name in ORDER]


def write(folder: Path, raw: dict[str, Any]) -> None:
    """Write the raw figures, and what is drawn from them."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(raw, indent=1, allow_nan=False)
    (folder / RAW).write_text(text + "\n", encoding="utf-8")
    redraw(folder)


def redraw(folder: Path) -> None:
    """Draw everything again from the raw figures."""
    raw = json.loads((folder / RAW).read_text(encoding="utf-8"))
    results = Results(raw["records"])
    (folder / PLOTS).mkdir(exist_ok=True)
    for old in (folder / PLOTS).glob("*.svg"):
        old.unlink()
    for measure in ON_PAGE:
        for name, plot in measure.SECTION.plots(results):
            (folder / PLOTS / f"{name}.svg").write_text(draw(plot), encoding="utf-8")
    text = "\n\n".join(filter(None, _parts(raw, results)))
    (folder / RESULTS).write_text(text + "\n", encoding="utf-8")


def _parts(raw: dict[str, Any], results: Results) -> Iterator[str]:
    yield "# Counting, measured side by side"
    yield _introduction(raw)
    yield "## Targets"
    targets = [each for measure in ON_PAGE for each in measure.TARGETS.items()]
    rows = [target.row(label, results) for label, target in targets]
    yield markdown(["figure", "target", "measured", ""], rows)
    yield "## Who was measured"
    contestants = [[kind.name, kind.what, kind.given] for kind in CONTESTANTS.values()]
    yield markdown(["name", "how it counts", "what it is given"], contestants)
    yield "## How"
    yield METHOD
    yield from (measure.SECTION.text(results) for measure in ON_PAGE)
    yield "## Machine"
    machine = [[name, str(value)] for name, value in (raw["machine"] | raw["versions"]).items()]
    yield markdown(["", ""], machine)


def _introduction(raw: dict[str, Any]) -> str:
    profile = raw["profile"]
    rows = ", ".join(f"{number:,}" for number in profile["rows"])
    rounds = profile["promised_rounds"]
    more = f"Figures with a target have {_rounds(rounds)}, except COPY and refreshes. "
    return (
        f"One run of `make bench` ({profile['name']} form, {_rounds(profile['rounds'])}, "
        f"{raw['minutes']:.0f} minutes, galleries of {rows} items) at commit "
        f"`{raw['commit']}`, started {raw['started']}.\n"
        "All figures are from this run, and they count because the answers were right: every "
        "response over HTTP, and all counts after each write and each refresh, were compared with "
        "a recount.\n"
        "A figure is the median of the rounds, with the lowest and the highest in parentheses. "
        f"{more if rounds != profile['rounds'] else ''}"
        "Times depend on the machine; the ratios less so. "
        f"The raw figures are in [{RAW}]({RAW}); `make bench ARGS=--redraw` draws this page from "
        "them.\n"
        "**This page is generated. Do not edit it.**"
    )


def _rounds(number: int) -> str:
    return "1 round" if number == 1 else f"{number} rounds"


METHOD = """\
- **Same data, same server.** All contestants are in one embedded PostgreSQL with our settings, \
each in a copy of the same database, with the gallery's tables and indexes, and with JIT off. All \
triggers are dropped, but in ours those of the four counts that every contestant keeps. Each \
contestant builds its counts, and they are checked before it \
is measured.
- **Same application.** Every contestant's route is the real application, with its routing, \
validation, middleware and log; only the reader of the four counts differs. Ours is `genonaut \
api`. *none* answers from a dictionary in the same place. *bare ASGI* and *plain FastAPI* are \
applications of their own in the same server (uvicorn with httptools and uvloop): yardsticks that \
take part in reading alone. *bare ASGI* sends the bytes and as many headers as ours.
- **Rounds.** Each round measures all contestants in turn, starting with a different one. Ratios \
compare figures of the same round.
- **Load over HTTP** comes from one process on the same machine: it opens a number of connections, \
each of which sends its next request when the response to the last one has arrived, to several \
server processes in turn. It shares the processors with what it measures, as does PostgreSQL; \
where wrk is installed, it is calibrated beside that. A \
response that has not arrived two seconds after the end counts as if it had arrived then. Such a \
figure is a bound, marked with < if the true one is lower and with > if it is higher; the plots \
leave it out, and the true ratio is even further from 1.
- **Writers** are pgbench, with prepared statements. It cannot do anything after a commit, so \
Redis is written to from Python, and compared with *none* written to from Python. During other \
writes our ledger is folded every second: that is part of the cost. *live*, *hourly* and the \
*materialized view* do nothing when an item is written, so they write like *none* and are left out.
- **Indexes**: all of the gallery's but those for search, which nothing here uses. COPY is \
measured with the primary key alone, as maintaining the others would hide what counting costs. A \
contestant whose first build takes longer than \
half a minute skips the other refreshes of that size.
- **What is not fair to us or to others**: one machine, with no network in between. Reading by one \
shared query is a property of our route; a gallery with counter rows could build it too. A trigger \
that keeps counter rows is as exact as ours: its price is paid by the writers.\
"""
