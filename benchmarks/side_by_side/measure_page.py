"""The gallery's page: the first, one far away by number, one at the far end by cursor."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

from benchmarks.side_by_side.contestants import CONTESTANTS
from benchmarks.side_by_side.errors import WrongAnswerError
from benchmarks.side_by_side.gallery import Connection, Size, items, user_id
from benchmarks.side_by_side.run import Run, in_turn, percentile
from benchmarks.side_by_side.serving import served

ROUTE = "/api/v1/content/unified"
PAGE_SIZE = 50
FAR_END = "far end by cursor"

# The plain way, for which nothing has to be thought of.
PLAIN_PAGE = """
SELECT item.*, users.username FROM content_items_all AS item
JOIN users ON users.id = item.creator_id
ORDER BY item.created_at DESC, item.id DESC
LIMIT %s OFFSET %s
"""

Fetch = Callable[[], tuple[list[int], int]]
"""Gets a page: the ids on it, and the number of all items."""


def measure(run: Run) -> None:
    """Ours over HTTP; the plain way in SQL beside it, without any HTTP."""
    if any(kind.is_ours for kind in run.contestants):
        _measure_ours(run)
    if any(kind.name == "live" for kind in run.contestants):
        for size in run.sizes:
            _measure_plain(run, size)


def _offsets(run: Run, size: Size) -> dict[str, int]:
    """How many items come before each page. Ids count down from the newest."""
    far = run.profile.far_page
    offsets = {
        "first": 0,
        f"page {far:,} by number": (far - 1) * PAGE_SIZE,
        FAR_END: size.rows - 2 * PAGE_SIZE,
    }
    return {page: offset for page, offset in offsets.items() if offset < size.rows}


def _measure_ours(run: Run) -> None:
    """Galleries of all sizes in turn: how a page's time grows with them is what we want to know."""
    with ExitStack() as stack:
        clients = [(size, stack.enter_context(_client(run, size))) for size in run.sizes]
        run.stage.settle()
        for turn in range(run.profile.promised_rounds):
            for size, client in in_turn(clients, turn):
                client.close()  # the server closes what was idle for a while; this opens it again
                for page, offset in _offsets(run, size).items():
                    run.say(f"gallery of {size.rows:,} items, round {turn + 1}: {page}")
                    fetch = _over_http(client, _parameters(client, page, offset))
                    _measure_page(run, "ours", size, page, offset, turn, fetch)


@contextmanager
def _client(run: Run, size: Size) -> Iterator[HTTPConnection]:
    with (
        run.entrant(CONTESTANTS["ours"], size) as entrant,
        served(run.stage, entrant, 1) as servers,
        closing(HTTPConnection("127.0.0.1", servers[0].port, timeout=120)) as client,
    ):
        yield client


def _parameters(client: HTTPConnection, page: str, offset: int) -> Mapping[str, object]:
    if page != FAR_END:
        return {"page": offset // PAGE_SIZE + 1}
    last = _get(client, {"backward": "true"})
    return {"cursor": last["pagination"]["prev_cursor"]}


def _over_http(client: HTTPConnection, parameters: Mapping[str, object]) -> Fetch:
    def fetch() -> tuple[list[int], int]:
        found = _get(client, parameters)
        return [item["id"] for item in found["items"]], found["pagination"]["total_count"]

    return fetch


def _get(client: HTTPConnection, parameters: Mapping[str, object]) -> dict[str, Any]:
    query = {"page_size": PAGE_SIZE, "user_id": user_id(1), "include_stats": "true"}
    client.request("GET", f"{ROUTE}?{urlencode({**query, **parameters})}")
    answer = client.getresponse()
    body = answer.read()
    if answer.status != 200:  # noqa: PLR2004
        raise WrongAnswerError(f"The gallery answered {answer.status}: {body.decode()}")
    found: dict[str, Any] = json.loads(body)
    return found


def _measure_plain(run: Run, size: Size) -> None:
    with run.stage.connect(run.stage.gallery(size)) as connection:
        for turn in range(run.profile.rounds):
            for page, offset in _offsets(run, size).items():
                run.say(f"gallery of {size.rows:,} items, round {turn + 1}: {page}, plainly")
                fetch = _in_sql(connection, offset)
                _measure_page(run, "live", size, page, offset, turn, fetch)


def _in_sql(connection: Connection, offset: int) -> Fetch:
    def fetch() -> tuple[list[int], int]:
        rows = connection.execute(PLAIN_PAGE, [PAGE_SIZE, offset]).fetchall()
        return [int(str(row[0])) for row in rows], items(connection)

    return fetch


def _measure_page(
    run: Run, name: str, size: Size, page: str, offset: int, turn: int, fetch: Fetch
) -> None:
    newest = size.rows - offset
    right = list(range(newest, max(0, newest - PAGE_SIZE), -1)), size.rows
    times = []
    for _ in _for_a_while(run.profile.page_seconds):
        started = time.perf_counter()
        found = fetch()
        times.append((time.perf_counter() - started) * 1000)
        if found != right:
            raise WrongAnswerError(
                f"The contestant {name!r} shows {found} as the gallery's {page} page instead of "
                f"{right}. There are no results."
            )
    p50, p99 = percentile(times[1:] or times, 50), percentile(times[1:] or times, 99)
    run.note("page", name, rows=size.rows, page=page, round=turn, p50_ms=p50, p99_ms=p99)


def _for_a_while(seconds: float) -> Iterator[None]:
    """Twice at least: the first one prepares."""
    deadline = time.perf_counter() + seconds
    yield
    yield
    while time.perf_counter() < deadline:
        yield
