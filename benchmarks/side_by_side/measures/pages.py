"""Pages of the gallery under load: pages per second beside a bare application, same bytes."""

from contextlib import ExitStack, closing
from http.client import HTTPConnection

from benchmarks.side_by_side.contestants.base import Contestant
from benchmarks.side_by_side.contestants.yardsticks import BareServer
from benchmarks.side_by_side.load.readers import Readers
from benchmarks.side_by_side.measures.page import ROUTE
from benchmarks.side_by_side.processes import Server
from benchmarks.side_by_side.proof import WrongAnswerError
from benchmarks.side_by_side.report.results import Figure
from benchmarks.side_by_side.report.tables import Section, Table
from benchmarks.side_by_side.report.targets import at_least, ours_to
from benchmarks.side_by_side.run import Run

PAGE_SIZE = 24  # as many as the page in a browser shows
MOST_PAGES = 97
ALIKE, VARIED = "all the same page", "each another page"
PER_SECOND, PROCESSOR = Figure("pages", "per_second"), Figure("pages", "processor_us")

TARGETS = {
    "gallery, page of 24 with totals, 32 connections: ours / bare ASGI, same bytes": at_least(
        0.1, ours_to(BareServer.name, PER_SECOND, {"asked": ALIKE})
    ),
}
SECTION = Section(
    "Gallery pages under load",
    "`GET /api/v1/content/unified` with 24 items and the totals, 32 connections, on the smallest "
    "gallery: the first page for all of them, and the first 97 in turn. *bare ASGI* sends the "
    "bytes of the first page.",
    (
        Table("Pages per second", PER_SECOND, "asked"),
        Table("Processor time of the server per page in microseconds", PROCESSOR, "asked"),
    ),
)


def measure(run: Run) -> None:
    """Ours beside a bare application that was given what ours sent."""
    for kind in run.contestants:
        if kind.shows_page_by == "API":
            _measure_load(run, kind)


def _measure_load(run: Run, kind: type[Contestant]) -> None:
    size = run.smallest
    first = _page(1)
    with ExitStack() as stack:
        participant = stack.enter_context(run.participant(kind, size))
        server = stack.enter_context(run.served([participant]))[kind.name][0]
        body = _body(server, first)
        bare = stack.enter_context(run.stage.programs.sending(body))
        # What follows has the moment of the snapshot, which each response has anew.
        beginning = body.decode().partition('"as_of"')[0]
        readers = Readers(run, size)
        pages = [(_page(page), '{"items":[') for page in range(1, MOST_PAGES + 1)]
        for number in range(run.profile.promised_rounds):
            run.status(f"pages under load, round {number + 1}")
            for name, asked, where, requests in (
                (BareServer.name, ALIKE, bare, [(first, beginning)]),
                (kind.name, ALIKE, server, [(first, beginning)]),
                (kind.name, VARIED, server, pages),
            ):
                figures = readers.load(name, [where], run.profile.page_connections, requests)
                place = {"rows": size.rows, "asked": asked, "round": number}
                run.record("pages", name, **place, **figures)


def _page(page: int) -> str:
    return f"{ROUTE}?page={page}&page_size={PAGE_SIZE}&include_stats=true"


def _body(server: Server, path: str) -> bytes:
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=120)) as client:
        client.request("GET", path)
        response = client.getresponse()
        body = response.read()
    if response.status != 200:  # noqa: PLR2004
        raise WrongAnswerError("ours", f"responded with {response.status}: {body.decode()}")
    return body
