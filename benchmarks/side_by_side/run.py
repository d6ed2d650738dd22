"""One run of the benchmark: who takes part, in which order, and what was measured."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any, TypeVar

import psycopg

from benchmarks.side_by_side.contestants.base import Contestant
from benchmarks.side_by_side.gallery import Connection, Size
from benchmarks.side_by_side.processes import Server
from benchmarks.side_by_side.profiles import Profile
from benchmarks.side_by_side.proof import prove
from benchmarks.side_by_side.stage import NO_OTHER_TRIGGERS, NO_TRIGGERS, Stage

LARGEST_COPIED = 2_000_000  # rows; a copy of more for each contestant would need too much room
UPKEEP_SECONDS = 1.0

Item = TypeVar("Item")


@dataclass(frozen=True)
class Participant:
    """A contestant in a database of its own."""

    contestant: Contestant
    database: str

    @property
    def name(self) -> str:
        return self.contestant.name

    def connect(self) -> Connection:
        """A connection to its database, on which every statement commits by itself."""
        return psycopg.connect(self.contestant.dsn, autocommit=True)

    @contextmanager
    def concurrently(
        self, work: Callable[[Connection], None], *, pause_seconds: float = 0.0
    ) -> Iterator[None]:
        """Repeat work on a connection of its own during the `with`; raises what the work raises."""
        over = threading.Event()

        def repeat() -> None:
            with self.connect() as connection:
                while not over.wait(pause_seconds):
                    work(connection)

        with ThreadPoolExecutor(1) as threads:
            working = threads.submit(repeat)
            try:
                yield
            finally:
                over.set()
            working.result()

    def kept_up(self) -> AbstractContextManager[None]:
        """The contestant's worker at work during the `with`: it is part of the cost of writing."""
        if not self.contestant.has_upkeep:
            return nullcontext()
        return self.concurrently(self.contestant.upkeep, pause_seconds=UPKEEP_SECONDS)


@dataclass
class Run:
    """What the measures share."""

    stage: Stage
    profile: Profile
    contestants: Sequence[type[Contestant]]
    status: Callable[[str], None] = lambda _: None
    records: list[dict[str, Any]] = field(default_factory=list)

    @property
    def sizes(self) -> list[Size]:
        """The galleries of most measures: more and more items of equally many users."""
        return [Size(rows, self.profile.users) for rows in self.profile.rows]

    @property
    def smallest(self) -> Size:
        """The gallery that is written to."""
        return min(self.sizes)

    def record(self, measure: str, contestant: str, **figures: object) -> None:
        """Keep some figures. Call it only when the answers were right."""
        self.records.append({"measure": measure, "contestant": contestant, **figures})

    def rounds(
        self, cells: Sequence[Item], is_promised: Callable[[Item], bool]
    ) -> Iterator[tuple[int, Item]]:
        """Each cell in each round; cells that a target is about have more rounds than others."""
        for number in range(self.profile.promised_rounds):
            for cell in cells:
                if number < self.profile.rounds or is_promised(cell):
                    yield number, cell

    @contextmanager
    def participant(
        self, kind: type[Contestant], size: Size, *, built: bool = True
    ) -> Iterator[Participant]:
        """A contestant with a gallery of its own, its counts built and proven."""
        name = f"{_word(kind.name)}_{size}"
        self.stage.copy(self.stage.gallery(size), name)
        try:
            with self.stage.connect(name) as connection:
                connection.execute(NO_OTHER_TRIGGERS if kind.is_ours else NO_TRIGGERS)
            yield self._enter(kind, name, built=built)
        finally:
            self.stage.drop(name)

    @contextmanager
    def participants(
        self, kinds: Sequence[type[Contestant]], size: Size
    ) -> Iterator[list[Participant]]:
        """Several contestants, each with a gallery of its own."""
        with ExitStack() as stack:
            yield [stack.enter_context(self.participant(kind, size)) for kind in kinds]

    @contextmanager
    def read_only(
        self, kinds: Sequence[type[Contestant]], size: Size
    ) -> Iterator[list[Participant]]:
        """The same for galleries that are not written to: a very large one is shared.

        Each contestant then has a schema of its own.
        """
        with ExitStack() as stack:
            if size.rows <= LARGEST_COPIED:
                yield stack.enter_context(self.participants(kinds, size))
                return
            name = self.stage.copy(self.stage.gallery(size), f"shared_{size}")
            stack.callback(self.stage.drop, name)
            yield [self._enter(kind, name, schema=_word(kind.name)) for kind in kinds]

    @contextmanager
    def served(
        self, participants: Sequence[Participant], processes: int = 1
    ) -> Iterator[dict[str, list[Server]]]:
        """The servers of each participant's route, by its name."""
        with ExitStack() as stack:
            yield {
                each.name: [
                    stack.enter_context(self.stage.programs.serving(each.contestant))
                    for _ in range(processes)
                ]
                for each in participants
            }

    def _enter(
        self, kind: type[Contestant], database: str, *, schema: str = "", built: bool = True
    ) -> Participant:
        self.status(f"building {kind.name}: {database}")
        dsn = self.stage.dsn(database, schema)
        participant = Participant(kind(dsn, self.stage.redis_socket), database)
        with participant.connect() as connection:
            if schema:
                connection.execute(f"CREATE SCHEMA {schema}")
            participant.contestant.install(connection)
            if built:
                participant.contestant.refresh(connection)
                connection.execute("VACUUM ANALYZE")
                prove(participant.contestant, connection)
        return participant


def _word(name: str) -> str:
    return name.replace(" ", "_").lower()


def in_turn(items: Sequence[Item], number: int) -> Iterable[Item]:
    """All of them, beginning with another one in each round, so that none is always the first."""
    start = number % max(1, len(items))
    return [*items[start:], *items[:start]]


def percentiles(milliseconds: Sequence[float]) -> dict[str, float | None]:
    """The p50 and the p99 as figures of a record; None if nothing was measured."""
    if len(milliseconds) < 2:  # noqa: PLR2004 - too few for quantiles
        only = next(iter(milliseconds), None)
        return {"p50_ms": only, "p99_ms": only}
    cuts = quantiles(milliseconds, n=100, method="inclusive")
    return {"p50_ms": cuts[49], "p99_ms": cuts[98]}
