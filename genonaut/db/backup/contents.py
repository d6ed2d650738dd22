"""What is in a dump, found out before a restore changes anything."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from genonaut.db.revisions import MIGRATIONS, head_revision
from genonaut.embedded.clients import ClientError, newest_client, run_client
from genonaut.embedded.server import clean_environment
from genonaut.errors import SchemaOutdatedError, UnreadableInputError

MAGIC = b"PGDMP"
MOST_ENTRIES = 100_000
_FROM = re.compile(r"^; +Dumped from database version: (\d+)", re.MULTILINE)
_ENTRY = re.compile(r"^\d+; \d+ \d+ (?P<kind>[A-Z]+(?: [A-Z]+)*) (?P<schema>\S+) (?P<name>\S+)")
_VALUE = re.compile(r"^COPY public\.alembic_version .*\n(.*)\n", re.MULTILINE)
_GRANT = re.compile(r"^GRANT .* ON TABLE public\.alembic_version TO (.+);$", re.MULTILINE)
_TABLES = {"TABLE", "VIEW", "MATERIALIZED VIEW", "FOREIGN TABLE"}
_NEEDED = ("alembic_version", "content_items_all", "users")


@dataclass(frozen=True)
class Contents:
    """An open dump, and what its table of contents says."""

    file: FileIO
    name: Path
    program: Path
    major: int
    """Of the server that it is from."""
    revision: str
    entries: list[str]
    """Lines of `pg_restore --list` that are restored: those of our schema."""
    tables: set[str]
    granted: set[str]
    """Roles that had rights."""
    size: int


@contextmanager
def opened_dump(name: Path) -> Iterator[Contents]:
    """Open a dump and read its contents.

    Raises:
        UnreadableInputError: it is no dump of a gallery, or is damaged.
        SchemaOutdatedError: it is of a newer version of Genonaut.
    """
    program, _ = newest_client("pg_restore")
    with _opened(name) as file:
        listed = _run(program, file, name, "--list")
        lines = [line for line in listed.splitlines() if not line.startswith(";")]
        if len(lines) > MOST_ENTRIES:
            raise UnreadableInputError(
                f"{name} has {len(lines):,} entries, and at most {MOST_ENTRIES:,} are read: it is "
                "no dump of a gallery."
            )
        entries = {line: found for line in lines if (found := _ENTRY.match(line))}
        tables = {f["name"] for f in entries.values() if f["kind"] in _TABLES}
        _require_gallery(name, tables)
        major = _FROM.search(listed)
        if major is None:
            raise UnreadableInputError(f"{name} does not say which PostgreSQL it is from.")
        revision = _revision(program, file, name)
        ours = [line for line, found in entries.items() if _is_restored(found)]
        granted = _granted(program, file, name, lines)
        size = os.fstat(file.fileno()).st_size
        yield Contents(file, name, program, int(major[1]), revision, ours, tables, granted, size)


@contextmanager
def _opened(name: Path) -> Iterator[FileIO]:
    try:
        if not name.is_file():  # opening another kind might wait for ever
            reason = "it is not a file" if name.exists() else "there is no such file"
            raise UnreadableInputError(f"{name} cannot be read: {reason}.")
        file = name.open("rb", buffering=0)  # its place is where the program has read to
    except OSError as error:
        raise UnreadableInputError(f"{name} cannot be read: {error.strerror}.") from error
    with file:
        begins = file.read(len(MAGIC))
        if begins != MAGIC:
            raise UnreadableInputError(
                f"{name} is not a dump: at byte 0 it has {begins!r}, where a dump has {MAGIC!r}. "
                "Name a file that `genonaut db dump` or `pg_dump --format=custom` wrote."
            )
        yield file


def _require_gallery(name: Path, tables: set[str]) -> None:
    missing = [table for table in _NEEDED if table not in tables]
    if missing:
        others = f" (it has {min(tables)!r})" if tables else ""
        raise UnreadableInputError(
            f"{name} is a dump of another database: it has no table {missing[0]!r}{others}."
        )


def _revision(program: Path, file: FileIO, name: Path) -> str:
    script = _run(program, file, name, "--data-only", "--table=alembic_version", "--file=-")
    found = _VALUE.search(script)
    if found is None or found[1] == "\\.":
        raise UnreadableInputError(f"{name} has no revision in its table 'alembic_version'.")
    known = {path.stem for path in (MIGRATIONS / "versions").glob("[0-9]*.py")}
    if (revision := found[1]) not in known:
        raise SchemaOutdatedError(
            f"{name} has the schema {revision!r}, and this version of Genonaut knows those up to "
            f"{head_revision()}: restore it with the version that wrote it, or a newer one."
        )
    return revision


def _granted(program: Path, file: FileIO, name: Path, entries: list[str]) -> set[str]:
    """Who had rights, by those on a table on which each role has one."""
    rights = [line for line in entries if " ACL public TABLE alembic_version " in line]
    if not rights:
        return set()
    with list_of(rights) as chosen:
        script = _run(program, file, name, f"--use-list={chosen}", "--file=-")
    return {role.strip('"').replace('""', '"') for role in _GRANT.findall(script)}


def _is_restored(found: re.Match[str]) -> bool:
    # The schema itself is made here, and rights are given anew.
    if found["kind"] == "EXTENSION":
        return True
    return found["schema"] == "public" and not found["kind"].startswith(("ACL", "DEFAULT ACL"))


def _run(program: Path, file: FileIO, name: Path, *arguments: str) -> str:
    file.seek(0)
    try:
        return run_client(program, [*arguments], clean_environment(), file.fileno())
    except ClientError as error:
        raise damaged(name, str(error)) from error


def damaged(name: Path, reason: str) -> UnreadableInputError:
    """The error for a dump that cannot be read to its end."""
    if "unsupported version" in reason:
        return UnreadableInputError(
            f"{name} was written by a newer pg_dump than this machine's pg_restore can read "
            f"({reason}): install newer client programs of PostgreSQL."
        )
    return UnreadableInputError(
        f"{name} is damaged, or not complete ({reason}). Copy it again, or take another dump."
    )


@contextmanager
def list_of(entries: list[str]) -> Iterator[str]:
    """A file with the entries to restore, for `--use-list`."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="genonaut-") as file:
        file.write("\n".join(entries) + "\n")
        file.flush()
        yield file.name
