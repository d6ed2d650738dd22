"""The load generator beside wrk, on the bare application: what reading cannot be measured above."""

from benchmarks.side_by_side.contestants.yardsticks import BareServer
from benchmarks.side_by_side.gallery import user_id
from benchmarks.side_by_side.load import wrk
from benchmarks.side_by_side.load.readers import ROUTE, Readers
from benchmarks.side_by_side.report.results import Figure
from benchmarks.side_by_side.report.tables import FiguresTable, Section
from benchmarks.side_by_side.report.targets import Target
from benchmarks.side_by_side.run import Run

CONNECTIONS = 32

TARGETS: dict[str, Target] = {}
SECTION = Section(
    "The load generator",
    "Ours is a process in Python that compares each response, and takes processor time from what "
    "it measures. wrk is written in C and compares nothing. Where ours is slower than wrk, the "
    "bare application is faster than its figure above, and what is compared with it is further "
    "from it by as much at most.",
    (
        FiguresTable(
            "Requests per second of the bare application, 32 connections",
            {
                "by ours": Figure("calibration", "own_per_second"),
                "by wrk": Figure("calibration", "wrk_per_second"),
                "ours / wrk": Figure("calibration", "ratio", ",.2f"),
            },
        ),
    ),
)


def measure(run: Run) -> None:
    """Both in turn, if wrk is installed."""
    if BareServer not in run.contestants or not wrk.is_installed():
        return
    path = f"{ROUTE}?user_id={user_id(1)}"
    with (
        run.read_only([BareServer], run.smallest) as participants,
        run.served(participants) as servers,
    ):
        readers, server = Readers(run, run.smallest), servers[BareServer.name][0]
        for number in range(run.profile.promised_rounds):
            run.status(f"calibrating the load generator, round {number + 1}")
            own = readers.load(BareServer.name, [server], CONNECTIONS, [(path, "{")])["per_second"]
            wrks = wrk.requests_per_second(server.port, path, CONNECTIONS, run.profile.wrk_seconds)
            figures = {"own_per_second": own, "wrk_per_second": wrks, "ratio": (own or 0) / wrks}
            run.record("calibration", BareServer.name, round=number, **figures)
