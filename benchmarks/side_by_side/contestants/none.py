"""No counting: the limit for writing, and for what counting costs our own route."""

from typing import ClassVar
from uuid import UUID

import psycopg

from benchmarks.side_by_side.contestants.base import READ_ALL, Client, Contestant
from benchmarks.side_by_side.gallery import RECOUNT, Connection, Counts, Four, counts, four


class NoCounting(Contestant):
    """Writers have nothing in their way. The route answers from a dictionary in its memory."""

    name = "none"
    what = "no counting at all; our own route answers from a dictionary"
    given = "The answers, read once at the start. Its counts are not true after a write."
    is_exact = False
    answers_from_memory = True
    written_by: ClassVar[tuple[Client, ...]] = ("pgbench", "Python")

    def install(self, connection: Connection) -> None:
        connection.execute(f"CREATE TABLE item_counts AS {RECOUNT} WITH NO DATA")

    def refresh(self, connection: Connection) -> None:
        connection.execute("TRUNCATE item_counts")
        connection.execute(f"INSERT INTO item_counts {RECOUNT}")

    def reader(self) -> "DictionaryReader":
        with psycopg.connect(self.dsn) as connection:
            return DictionaryReader(counts(connection.execute(READ_ALL).fetchall()))


class DictionaryReader:
    """Answers without a database."""

    def __init__(self, answers: Counts) -> None:
        self._answers = answers

    async def read(self, user: UUID | None) -> Four:
        return four(self._answers, user)

    async def close(self) -> None:
        """Nothing is held."""
