"""One run of the benchmark: who takes part, how much is measured, and what was found."""

import math
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import psycopg

from benchmarks.side_by_side.compare import prove
from benchmarks.side_by_side.contestants import Contestant
from benchmarks.side_by_side.gallery import Connection, Size
from benchmarks.side_by_side.profiles import Profile
from benchmarks.side_by_side.stage import NO_TRIGGERS, Stage

LARGEST_COPIED = 2_000_000  # rows; one copy for each would need too much room

Record = dict[str, Any]
Item = TypeVar("Item")


@dataclass(frozen=True)
class Entrant:
    """A contestant in a database of its own."""

    contestant: Contestant
    database: str

    @property
    def name(self) -> str:
        return self.contestant.name

    def connect(self) -> Connection:
        """A connection to its database, on which every statement commits by itself."""
        return psycopg.connect(self.contestant.dsn, autocommit=True)

    def prove(self, connection: Connection) -> None:
        """Raises WrongAnswerError unless all that it tells is true."""
        prove(self.contestant, connection)

    @contextmanager
    def meanwhile(
        self, work: Callable[[Connection], None], *, pause_seconds: float = 0.0
    ) -> Iterator[None]:
        """Work on a connection of its own, over and over, for the time of the `with`.

        Raises whatever the work raises.
        """
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


@dataclass
class Run:
    """What the measurements share."""

    stage: Stage
    profile: Profile
    contestants: Sequence[type[Contestant]]
    say: Callable[[str], None] = lambda _: None
    planted: str | None = None  # the contestant who is made to tell a wrong count
    records: list[Record] = field(default_factory=list)

    @property
    def sizes(self) -> list[Size]:
        """The galleries that most is measured on: more and more items of equally many users."""
        return [Size(rows, self.profile.users) for rows in self.profile.rows]

    def note(self, measure: str, contestant: str, **figures: object) -> None:
        """Keep what was measured. Call it only when the answers were right."""
        self.records.append({"measure": measure, "contestant": contestant, **figures})

    def rounds(
        self, cells: Sequence[Item], promised: Callable[[Item], bool]
    ) -> Iterator[tuple[int, Item]]:
        """Each cell in each round, and what a target speaks of in more rounds than the others."""
        for turn in range(self.profile.promised_rounds):
            for cell in cells:
                if turn < self.profile.rounds or promised(cell):
                    yield turn, cell

    @contextmanager
    def entrant(
        self, kind: type[Contestant], size: Size, *, built: bool = True
    ) -> Iterator[Entrant]:
        """A contestant with a gallery of its own, its counts built and proven."""
        name = f"{_word(kind.name)}_{size}"
        self.stage.copy(self.stage.gallery(size), name)
        try:
            with self.stage.connect(name) as connection:
                if not kind.is_ours:
                    connection.execute(NO_TRIGGERS)
            yield self._enter(kind, name, built=built)
        finally:
            self.stage.drop(name)

    @contextmanager
    def readers(self, size: Size, kinds: Sequence[type[Contestant]]) -> Iterator[list[Entrant]]:
        """Contestants with their counts built, on a gallery that nobody writes to.

        A very large one they share, in a schema each.
        """
        with ExitStack() as stack:
            if size.rows <= LARGEST_COPIED:
                yield [stack.enter_context(self.entrant(kind, size)) for kind in kinds]
                return
            name = self.stage.copy(self.stage.gallery(size), f"shared_{size}")
            stack.callback(self.stage.drop, name)
            yield [self._enter(kind, name, schema=_word(kind.name)) for kind in kinds]

    def _enter(
        self, kind: type[Contestant], database: str, *, schema: str = "", built: bool = True
    ) -> Entrant:
        self.say(f"building {kind.name}: {database}")
        dsn = self.stage.dsn(database, schema)
        entrant = Entrant(kind(dsn, self.stage.redis_socket), database)
        with entrant.connect() as connection:
            if schema:
                connection.execute(f"CREATE SCHEMA {schema}")
            entrant.contestant.install(connection)
            if built:
                self._build(entrant, connection)
        return entrant

    def _build(self, entrant: Entrant, connection: Connection) -> None:
        entrant.contestant.refresh(connection)
        connection.execute("VACUUM ANALYZE")
        entrant.prove(connection)
        if entrant.name == self.planted:
            entrant.contestant.plant(connection)


def _word(name: str) -> str:
    return name.replace(" ", "_").lower()


def in_turn(items: Sequence[Item], turn: int) -> Iterable[Item]:
    """All of them, beginning with another one each time, so that nobody is always the first."""
    start = turn % len(items)
    return [*items[start:], *items[:start]]


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that so many percent do not exceed; NaN if there are none."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
