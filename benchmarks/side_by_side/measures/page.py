"""The gallery's page: the first, one far away by number, one at the far end by cursor."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

from benchmarks.side_by_side.contestants.base import Contestant
from benchmarks.side_by_side.gallery import Connection, Size, items, user_id
from benchmarks.side_by_side.proof import WrongAnswerError
from benchmarks.side_by_side.report.results import FEWEST, MOST, Figure
from benchmarks.side_by_side.report.tables import Section, Table
from benchmarks.side_by_side.report.targets import Quotient, at_most
from benchmarks.side_by_side.run import Run, in_turn, percentiles

ROUTE = "/api/v1/content/unified"
PAGE_SIZE = 50
FIRST, FAR_END = "first", "far end by cursor"

P50 = Figure("page", "p50_ms", ",.2f")
OURS = {"contestant": "ours"}

TARGETS = {
    "gallery, first page with totals: with the most items / with the fewest": at_most(
        1.3, Quotient(P50, {"rows": MOST}, {"rows": FEWEST}, {**OURS, "page": FIRST})
    ),
    "gallery, page at the far end by cursor / first page": at_most(
        1.5, Quotient(P50, {"page": FAR_END}, {"page": FIRST}, {**OURS, "rows": MOST})
    ),
}
SECTION = Section(
    "Gallery page",
    "`GET /api/v1/content/unified` with 50 items and the totals, one connection. *ours* gets its "
    "totals from the counts; *live* is the plain way: LIMIT and OFFSET, and a `count(*)` for the "
    "totals, as SQL without any HTTP around it.",
    (
        Table("First page, p50 in ms", P50, "rows", {"page": FIRST}, "page-rows"),
        Table("Any page, p50 in ms", P50, "page", {"rows": MOST}),
    ),
)
# The plain way, without any precaution.
PLAIN_PAGE = """
SELECT item.*, users.username FROM content_items_all AS item
JOIN users ON users.id = item.creator_id
ORDER BY item.created_at DESC, item.id DESC
LIMIT %s OFFSET %s
"""

Page = tuple[list[int], int]
"""The ids on it, and the number of all items."""


def measure(run: Run) -> None:
    """Ours over HTTP; the plain way in SQL beside it, without any HTTP."""
    for kind in run.contestants:
        if kind.shows_page_by == "API":
            _measure_api(run, kind)
        elif kind.shows_page_by == "SQL":
            for size in run.sizes:
                _measure_sql(run, kind, size)


def _offsets(run: Run, size: Size) -> dict[str, int]:
    """How many items come before each page. Ids count down from the newest."""
    far = run.profile.far_page
    offsets = {
        FIRST: 0,
        f"page {far:,} by number": (far - 1) * PAGE_SIZE,
        FAR_END: size.rows - 2 * PAGE_SIZE,
    }
    return {page: offset for page, offset in offsets.items() if offset < size.rows}


def _measure_api(run: Run, kind: type[Contestant]) -> None:
    """Galleries of all sizes in turn: the question is how a page's time grows with them."""
    with ExitStack() as stack:
        clients = [(size, stack.enter_context(_client(run, kind, size))) for size in run.sizes]
        run.stage.settle()
        for number in range(run.profile.promised_rounds):
            for size, client in in_turn(clients, number):
                client.close()  # the server closes idle connections; this one reopens by itself
                for page, offset in _offsets(run, size).items():
                    fetch = partial(_page_by_http, client, _parameters(client, page, offset))
                    _measure_page(run, kind, size, page, offset, number, fetch)


@contextmanager
def _client(run: Run, kind: type[Contestant], size: Size) -> Iterator[HTTPConnection]:
    with run.participant(kind, size) as participant, run.served([participant]) as servers:
        port = servers[kind.name][0].port
        with closing(HTTPConnection("127.0.0.1", port, timeout=120)) as client:
            yield client


def _parameters(client: HTTPConnection, page: str, offset: int) -> dict[str, object]:
    if page != FAR_END:
        return {"page": offset // PAGE_SIZE + 1}
    return {"cursor": _get(client, {"backward": "true"})["pagination"]["prev_cursor"]}


def _get(client: HTTPConnection, parameters: Mapping[str, object]) -> dict[str, Any]:
    query = {"page_size": PAGE_SIZE, "user_id": user_id(1), "include_stats": "true", **parameters}
    client.request("GET", f"{ROUTE}?{urlencode(query)}")
    response = client.getresponse()
    body = response.read()
    if response.status != 200:  # noqa: PLR2004
        raise WrongAnswerError("ours", f"responded with {response.status}: {body.decode()}")
    found: dict[str, Any] = json.loads(body)
    return found


def _page_by_http(client: HTTPConnection, parameters: Mapping[str, object]) -> Page:
    found = _get(client, parameters)
    return [item["id"] for item in found["items"]], found["pagination"]["total_count"]


def _measure_sql(run: Run, kind: type[Contestant], size: Size) -> None:
    with run.stage.connect(run.stage.gallery(size)) as connection:
        for number in range(run.profile.rounds):
            for page, offset in _offsets(run, size).items():
                fetch = partial(_page_by_sql, connection, offset)
                _measure_page(run, kind, size, page, offset, number, fetch)


def _page_by_sql(connection: Connection, offset: int) -> Page:
    rows = connection.execute(PLAIN_PAGE, [PAGE_SIZE, offset]).fetchall()
    return [int(str(row[0])) for row in rows], items(connection)


def _measure_page(
    run: Run,
    kind: type[Contestant],
    size: Size,
    page: str,
    offset: int,
    number: int,
    fetch: Callable[[], Page],
) -> None:
    run.status(f"gallery of {size.rows:,} items, round {number + 1}: {page}, {kind.name}")
    newest = size.rows - offset
    right = list(range(newest, max(0, newest - PAGE_SIZE), -1)), size.rows
    times: list[float] = []
    deadline = time.perf_counter() + run.profile.page_seconds
    while len(times) < 2 or time.perf_counter() < deadline:  # noqa: PLR2004 - the first warms up
        started = time.perf_counter()
        found = fetch()
        times.append((time.perf_counter() - started) * 1000)
        if found != right:
            wrong = f"shows {found} as the gallery's {page} page instead of {right}"
            raise WrongAnswerError(kind.name, wrong)
    figures = percentiles(times[1:])
    run.record("page", kind.name, rows=size.rows, page=page, round=number, **figures)
