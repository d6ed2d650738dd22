r"""Running the script of `pg_restore` on a connection of ours, within its transaction.

psql would be the usual way, but it commits, or not, before anything can be checked. What the
script has beside SQL is the rows between `COPY ... FROM stdin;` and `\.`, which are passed on as
they are. Its settings are made for the transaction only: behind a pooler, the session is shared.
"""

import re
from collections.abc import Callable, Iterator
from typing import IO, Any

import psycopg

LONGEST_PIECE = 1 << 20
COPYING = re.compile(rb"COPY \S+ .*FROM stdin;\n")
END_OF_ROWS = b"\\.\n"
# For psql: they keep a script from another server from running commands.
FOR_PSQL = (b"\\restrict ", b"\\unrestrict ")
SETTING = re.compile(rb"SET (\w+) = [^;]*;\n")
SETTINGS = {
    *(b"statement_timeout", b"lock_timeout", b"idle_in_transaction_session_timeout"),
    *(b"transaction_timeout", b"client_encoding", b"standard_conforming_strings"),
    *(b"check_function_bodies", b"xmloption", b"client_min_messages", b"row_security"),
    *(b"default_tablespace", b"default_table_access_method", b"default_toast_compression"),
}
SEARCH_PATH = b"SELECT pg_catalog.set_config('search_path', '', false);\n"
SINCE = {b"transaction_timeout": 170000}
"""Settings that an older server does not have, and the version that first had them."""
USUAL = "".join(
    f"SET LOCAL {name} TO DEFAULT;\n"
    for name in ("search_path", "check_function_bodies", "default_tablespace")
)


def run_script(
    connection: psycopg.Connection[Any],
    script: IO[bytes],
    on_rows: Callable[[], None],
    on_statements: Callable[[], None],
) -> None:
    """Execute a script; `on_rows` is called as rows pass, `on_statements` when all have passed.

    Raises:
        psycopg.Error: the server refuses something in it.
    """
    version = connection.info.server_version
    statements: list[bytes] = []
    for line in iter(lambda: script.readline(LONGEST_PIECE), b""):
        if COPYING.fullmatch(line):
            _execute(connection, statements)
            statements = []
            _copy(connection, line, _rows(script, on_rows))
        elif not line.startswith(FOR_PSQL):
            statements.append(_for_the_transaction(line, version))
    on_statements()
    _execute(connection, [*statements, USUAL.encode()])


def _for_the_transaction(line: bytes, version: int) -> bytes:
    if line == SEARCH_PATH:
        return line.replace(b"false", b"true")
    found = SETTING.fullmatch(line)
    if found is None or found[1] not in SETTINGS:
        return line
    return line.replace(b"SET ", b"SET LOCAL ", 1) if version >= SINCE.get(found[1], 0) else b"\n"


def _execute(connection: psycopg.Connection[Any], statements: list[bytes]) -> None:
    connection.execute(b"".join(statements))


def _copy(connection: psycopg.Connection[Any], statement: bytes, rows: Iterator[bytes]) -> None:
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write(row)


def _rows(script: IO[bytes], on_rows: Callable[[], None]) -> Iterator[bytes]:
    """Rows up to their end; or to that of the script, whose program then says what is missing."""
    begins = True
    while line := script.readline(LONGEST_PIECE):
        if begins and line == END_OF_ROWS:
            return
        begins = line.endswith(b"\n")
        yield line
        on_rows()
