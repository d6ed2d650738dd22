"""`genonaut db restore`: a dump in the place of what the database holds, in one transaction.

Until the commit, others read the gallery as it was. If anything fails or is killed, the transaction
is gone, and nothing has changed.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

import psycopg
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from genonaut.counting.audit import Limits, check
from genonaut.counting.engine import refresh
from genonaut.db.backup.contents import Contents, damaged, list_of
from genonaut.db.backup.exchange import drop, put_aside
from genonaut.db.backup.script import run_script
from genonaut.db.counts import COUNTS
from genonaut.db.migrate import migrate
from genonaut.db.migrations.locks import hold_schema
from genonaut.db.named_sql import named_sql
from genonaut.db.parts_of_words import add_in_transaction, to_be_restored
from genonaut.db.rights import ONLY_BY_TRIGGERS
from genonaut.db.roles import bindable, give_rights, with_rights
from genonaut.db.session import Database
from genonaut.embedded.clients import reason_in, start_client
from genonaut.embedded.dump import CREATE_LETTERS, IS_LETTERS
from genonaut.embedded.server import clean_environment
from genonaut.errors import DatabaseError, GenonautError

OnProgress = Callable[[int, int], None]
WITH_BUILTIN_LETTERS = 17
FOREVER = Limits(ledger_rows=1 << 62, refresh_age_seconds=float("inf"))
_SQL = named_sql(__package__, "restore.sql")


@dataclass(frozen=True)
class Restored:
    """What the database holds afterwards."""

    items: int
    users: int
    repaired: int
    """Counts that were wrong in the dump already."""
    roles: list[str]
    """Roles that have their rights again."""


def restore(
    database: Database,
    names: Mapping[str, str],
    contents: Contents,
    tell: Callable[[str], None],
    on_progress: OnProgress = lambda _done, _total: None,
) -> Restored:
    """Replace what the database holds by what is in the dump. All of it, or nothing.

    Raises:
        UnreadableInputError: the dump is damaged.
        DatabaseError: the server refuses something in it, or the counts cannot be made exact.
    """
    with database.engine.begin() as connection:
        hold_schema(connection)
        had = _roles_of(connection, names, contents)
        old = put_aside(connection)
        tell("Restoring tables and rows.")
        _run(connection, contents, tell, on_progress)
        migrate(connection)
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0")
        add_in_transaction(connection)
        connection.exec_driver_sql(ONLY_BY_TRIGGERS.replace("%", "%%"))
        if had:
            give_rights(connection, had)
        tell("Comparing all counts with a recount.")
        repaired = _make_exact(connection)
        held = connection.execute(_SQL["held"]).one()
        if old:
            drop(connection, old)
    _tidy(database)
    return Restored(held.items, held.users, repaired, list(had.values()))


def _roles_of(
    connection: Connection, names: Mapping[str, str], contents: Contents
) -> dict[str, str]:
    """The roles that are there and had rights, in this database or in the dump's."""
    had = set(contents.granted)
    if connection.execute(_SQL["is_there"]).scalar_one():
        had |= set(with_rights(connection, names))
    here = had & set(bindable(connection, names.values()))
    return {role: name for role, name in names.items() if name in here}


def _run(
    connection: Connection,
    contents: Contents,
    tell: Callable[[str], None],
    on_progress: OnProgress,
) -> None:
    driver: Any = connection.connection.driver_connection
    entries = to_be_restored(connection, contents.entries)
    letters = [line for line in entries if IS_LETTERS.search(line)]
    if letters and driver.info.server_version // 10000 >= WITH_BUILTIN_LETTERS:
        # As the migration makes it there: before 17 it was one of ICU or of the C library, which
        # this server may not have.
        entries = [line for line in entries if line not in letters]
        driver.execute(CREATE_LETTERS.encode())
    with _script_of(contents, entries) as script:
        run_script(
            driver,
            script,
            # The program reads the file that we have open, so we see how far it has come.
            lambda: on_progress(contents.file.seek(0, 1), contents.size),
            lambda: tell("Building indexes and triggers."),
        )


@contextmanager
def _script_of(contents: Contents, entries: list[str]) -> Iterator[IO[bytes]]:
    """The script of what is restored.

    Raises:
        UnreadableInputError: the dump ends too soon, or is damaged.
        DatabaseError: the server refused something.
    """
    contents.file.seek(0)
    options = ["--no-owner", "--no-privileges", "--file=-"]
    with (
        list_of(entries) as chosen,
        start_client(
            contents.program,
            [*options, f"--use-list={chosen}"],
            clean_environment(),
            stdin=contents.file.fileno(),
        ) as process,
    ):
        refused = None
        if process.stdout is None or process.stderr is None:  # they are pipes
            raise AssertionError
        try:
            yield process.stdout
        except psycopg.Error as error:
            refused = error
        process.stdout.close()
        said = process.stderr.read().decode(errors="replace")
    # A row that is cut off is refused as well, but it is not the server's fault.
    if process.returncode > 0 and "Broken pipe" not in said:
        raise damaged(contents.name, reason_in(said)) from refused
    if refused:
        raise _refusal(refused) from refused


def _refusal(error: psycopg.Error) -> GenonautError:
    reason = (error.diag.message_primary or str(error)).strip().splitlines()[0]
    remedy = "make room on the server's disk" if "No space left" in reason else "see its log"
    return DatabaseError(
        f"The server refuses what is in the dump ({reason}): {remedy}, and try again. Nothing was "
        "changed."
    )


def _make_exact(connection: Connection) -> int:
    """Recount all, repair what was wrong in the dump, and have the auditor agree."""
    repaired = 0
    with Session(connection, join_transaction_mode="rollback_only") as session:
        for count in COUNTS.values():
            done = refresh(session, count, "genonaut db restore")
            repaired += 0 if done.outcome == "built" else done.rows_wrong
            for finding in check(session, count, FOREVER):
                if not finding.ok:
                    raise DatabaseError(
                        f"What is in the dump is not exact ({finding.detail}) Nothing was changed."
                    )
    return repaired


def _tidy(database: Database) -> None:
    """Let the planner know the tables, and which of their pages every transaction sees."""
    with database.engine.connect() as connection:
        tables = list(connection.execute(_SQL["lockable"]).scalars())
        connection.commit()
        free = connection.execution_options(isolation_level="AUTOCOMMIT")
        free.execute(text(f"VACUUM (ANALYZE) {', '.join(tables)}"))
