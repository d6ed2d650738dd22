"""`RESULTS.md` and its plots, from the raw figures alone: they can be drawn again at any time."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.side_by_side.contestants import CONTESTANTS
from benchmarks.side_by_side.found import Found
from benchmarks.side_by_side.plots import draw
from benchmarks.side_by_side.sections import SECTIONS
from benchmarks.side_by_side.tables import Curves, markdown, spread_text
from benchmarks.side_by_side.targets import targets

RAW = "results.json"
RESULTS = "RESULTS.md"
PLOTS = "plots"


def write(folder: Path, raw: dict[str, Any]) -> None:
    """Write the raw figures, and what is drawn from them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RAW).write_text(json.dumps(raw, indent=1) + "\n", encoding="utf-8")
    redraw(folder)


def redraw(folder: Path) -> None:
    """Draw everything again from the raw figures."""
    raw = json.loads((folder / RAW).read_text(encoding="utf-8"))
    found = Found(raw["records"])
    (folder / PLOTS).mkdir(exist_ok=True)
    for old in (folder / PLOTS).glob("*.svg"):
        old.unlink()
    for curves in [part for s in SECTIONS for part in s.parts if isinstance(part, Curves)]:
        if plot := curves.plot(found):
            (folder / PLOTS / f"{curves.name}.svg").write_text(draw(plot), encoding="utf-8")
    text = "\n\n".join(_parts(raw, found))
    (folder / RESULTS).write_text(text + "\n", encoding="utf-8")


def _parts(raw: dict[str, Any], found: Found) -> Iterator[str]:
    yield "# Counting, measured side by side"
    yield _introduction(raw)
    yield "## Targets"
    yield _targets(found)
    yield "## Who was measured"
    yield _contestants()
    yield "## How"
    yield METHOD
    for section in SECTIONS:
        texts = [tuple(part.text(found)) for part in section.parts]
        # What is measured at the fewest and at the most rows may be the same.
        parts = [text for texts in dict.fromkeys(texts) for text in texts]
        if parts:
            yield f"## {section.heading}"
            yield section.text
            yield from parts
    yield "## Machine"
    yield _machine(raw)


def _introduction(raw: dict[str, Any]) -> str:
    profile = raw["profile"]
    rows = ", ".join(f"{number:,}" for number in profile["rows"])
    return (
        f"One run of `genonaut bench` ({profile['name']} form, {profile['rounds']} rounds, "
        f"{raw['minutes']:.0f} minutes, galleries of {rows} items) at commit "
        f"`{raw['commit']}`, begun {raw['started']}.\n"
        "Every figure is from this run, and counts because the answers were right: each answer "
        "over HTTP, and all counts after each write and refresh, were compared with a recount.\n"
        "A figure is the median of the rounds, with the lowest and the highest in parentheses. "
        f"{_more_rounds(profile)}"
        "Times depend on the machine; the ratios less so. "
        f"The raw figures are in [{RAW}]({RAW}); `genonaut bench --redraw` draws this page from "
        "them.\n"
        "**This page is written by a program. Do not edit it.**"
    )


def _more_rounds(profile: dict[str, Any]) -> str:
    more = profile["promised_rounds"]
    if more == profile["rounds"]:
        return ""
    return f"What a target speaks of, but for COPY and refreshes, has {more} rounds. "


def _targets(found: Found) -> str:
    rows = [
        [
            target.figure + (f" ({target.where})" if target.where else ""),
            f"{'>=' if target.at_least else '<='} {target.limit:g}",
            spread_text(target.found, ".2f"),
            target.verdict,
        ]
        for target in targets(found)
    ]
    return markdown(["figure", "target", "measured", ""], rows)


def _contestants() -> str:
    rows = [[kind.name, kind.what, kind.given] for kind in CONTESTANTS.values()]
    return markdown(["name", "how it counts", "what it is given"], rows)


METHOD = """\
- **Same data, same server.** All contestants are in one embedded PostgreSQL with our settings, \
each in a copy of the same database, with the gallery's tables and indexes, and with JIT off. The \
triggers are dropped but for ours. Each contestant builds its counts, and is proven before it is \
measured.
- **Same application.** Every contestant's route is the real application, with its routing, \
validation, middleware and log; only what reads the four counts is another. Ours is `genonaut \
api`. *none* answers from a dictionary in the same place.
- **Rounds.** In each round all contestants are measured in turn, beginning with another one. \
Ratios compare figures of the same round.
- **Load over HTTP** comes from one process on the same machine: so many connections, each \
sending its next request when it has the answer, to several server processes in turn. It shares \
the processors with what it measures, as does PostgreSQL. An answer that did not come until two \
seconds after the end counts as if it had come then: what is more than it can be is marked with <, \
what is less with >, the plots leave it out, and ratios with it are too small.
- **Writers** are pgbench, with prepared statements. It cannot do anything after a commit, so \
Redis is written to from Python, and compared with *none* written to from Python. While others \
write, our ledger is folded every second: it is part of the cost. *live*, *hourly* and the \
*materialized view* have nothing in a writer's way, so they write like *none* and are left out.
- **Indexes**: all of the gallery's, but for two things. COPY is measured with the primary key \
alone, as the upkeep of the others would hide what counting costs. Refreshes are measured without \
the index for search, at which none of them looks. A contestant whose first build takes longer \
than half a minute is not asked for the other refreshes of that size.
- **What is not fair to us or to others**: one machine, no network in between. Reading by one \
shared query is a property of our route; whoever keeps counter rows could build it too. A trigger \
that keeps counter rows is as exact as ours: it pays when writing.\
"""


def _machine(raw: dict[str, Any]) -> str:
    rows = [[name, str(value)] for name, value in (raw["machine"] | raw["versions"]).items()]
    return markdown(["", ""], rows)
