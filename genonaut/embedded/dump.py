"""Dumping all databases of a server to files, and restoring them on a server of another version."""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from genonaut.embedded.account import own_name, server_account
from genonaut.embedded.clients import ClientError, run_client
from genonaut.embedded.cluster import ADMINISTRATOR
from genonaut.embedded.postgres import PORT, PostgresServer, administrator, socket_folder
from genonaut.embedded.server import clean_environment
from genonaut.errors import DatabaseError

DUMPING = ("pg_dump", "pg_dumpall")
RESTORING = ("pg_restore", "psql")
JOBS = 2
DATABASES = "SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1"
TABLES = """
    SELECT format('%I.%I', nspname, relname)
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind = 'r' AND nspname <> 'information_schema' AND nspname NOT LIKE 'pg\\_%'"""

CREATION = re.compile(r"^(CREATE DATABASE .*) WITH TEMPLATE = template0 .*;$", re.MULTILINE)
IS_DATABASE = re.compile(r"^\d+; \d+ \d+ (DATABASE|DATABASE PROPERTIES|ACL - DATABASE) ")
IS_LETTERS = re.compile(r"^\d+; \d+ \d+ COLLATION public letters ")
# As the migration that made it would do it now. Before 17 it was one of ICU or of the C library,
# which the new programs may not have.
CREATE_LETTERS = "CREATE COLLATION public.letters (PROVIDER = builtin, LOCALE = 'C.UTF-8')"

Rows = dict[tuple[str, str], int]
"""How many rows each table of each database has."""


class Side:
    """A running server, and the programs of its own version to speak with it.

    The old ones dump, and the new ones restore: a server of a later minor version may write what
    the earlier pg_dump of a later major takes for something else. (15.20 has marks on columns.)
    """

    def __init__(self, server: PostgresServer, files: Path) -> None:
        self.folder = server.folder
        self.programs = server.programs
        self.files = files

    def run(self, name: str, *arguments: str) -> str:
        """Run a client as the superuser, and return what it prints."""
        account = server_account(self.folder.data)
        variables = {
            "PGHOST": socket_folder(self.folder),
            "PGPORT": str(PORT),
            "PGUSER": ADMINISTRATOR,
            "PGREQUIREAUTH": "none",
            "PGREQUIREPEER": account.name if account else own_name(),
            # An operator may have made the whole cluster read-only, as when a disk fills up.
            "PGOPTIONS": "-c default_transaction_read_only=off",
        }
        program = self.programs.path(name)
        try:
            return run_client(program, list(arguments), clean_environment() | variables)
        except ClientError as error:
            raise DatabaseError(
                f"The data cannot be moved to another version ({error}). Nothing was changed."
            ) from error

    def databases(self) -> list[str]:
        """The names of the databases."""
        with administrator(self.folder) as connection:
            return [name for [name] in connection.execute(DATABASES).fetchall()]

    def rows(self) -> Rows:
        """Count the rows of every table."""
        return {
            (database, table): number
            for database in self.databases()
            for table, number in self._rows_of(database)
        }

    def _rows_of(self, database: str) -> Iterator[tuple[str, int]]:
        with administrator(self.folder, database) as connection:
            for [table] in connection.execute(TABLES).fetchall():
                found = connection.execute(f"SELECT count(*) FROM {table}".encode())  # noqa: S608
                yield table, (found.fetchone() or (0,))[0]

    def dump(self) -> None:
        """Write roles and databases to the files."""
        self.run("pg_dumpall", "--roles-only", f"--file={self.files / 'roles.sql'}")
        for number, name in enumerate(self.databases()):
            file = self.files / f"{number}.dump"
            self.run("pg_dump", "--format=custom", "--compress=1", f"--file={file}", _to(name))

    def restore(self, databases: list[str]) -> None:
        """Make the roles and the databases again, from the files."""
        self._restore_roles()
        for number, name in enumerate(databases):
            file = str(self.files / f"{number}.dump")
            contents = self.run("pg_restore", "--create", "--list", file).splitlines()
            ours = [line for line in contents if IS_DATABASE.search(line)]
            self._create(name, file, ours)
            rest = [line for line in contents if line not in ours]
            if letters := [line for line in rest if IS_LETTERS.search(line)]:
                rest.remove(letters[0])
                self._create_letters(name, letters[0].rpartition(" ")[2])
            chosen = self._write("contents", rest)
            options = ["--exit-on-error", f"--jobs={JOBS}", f"--use-list={chosen}"]
            self.run("pg_restore", *options, _to(name), file)
            with administrator(self.folder, name) as connection:
                connection.execute("VACUUM (ANALYZE)")

    def _restore_roles(self) -> None:
        # The new server has the administrator and our roles already.
        with administrator(self.folder) as connection:
            found = connection.execute("SELECT quote_ident(rolname) FROM pg_roles").fetchall()
        there = {f"CREATE ROLE {name};" for [name] in found}
        lines = (self.files / "roles.sql").read_text(encoding="utf-8").splitlines()
        self._execute([line for line in lines if line not in there])

    def _create(self, name: str, file: str, contents: list[str]) -> None:
        """Create a database with its owner, settings and rights, and the locale of new ones."""
        chosen = self._write("contents", contents)
        script = self.run("pg_restore", "--create", f"--use-list={chosen}", "--file=-", file)
        create = r"\1;" if name != "postgres" else ""
        self._execute(CREATION.sub(create, script).splitlines())

    def _create_letters(self, database: str, owner: str) -> None:
        with administrator(self.folder, database) as connection:
            connection.execute(CREATE_LETTERS)
            text = sql.SQL("ALTER COLLATION public.letters OWNER TO {}")
            connection.execute(text.format(sql.Identifier(owner)))

    def _execute(self, lines: list[str]) -> None:
        options = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]
        self.run("psql", *options, f"--file={self._write('script', lines)}", _to("postgres"))

    def _write(self, name: str, lines: list[str]) -> Path:
        file = self.files / name
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return file


def _to(database: str) -> str:
    """The option that names a database, which cannot be taken for an address."""
    return f"--dbname={psycopg.conninfo.make_conninfo(dbname=database)}"
