"""Dumps that come back as they were: all of it or nothing, with counts that equal a recount."""

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy.exc import DBAPIError

from genonaut.cli import main
from genonaut.config import Settings
from genonaut.db.backup import files
from genonaut.db.backup.contents import opened_dump
from genonaut.db.backup.restore import restore
from genonaut.db.migrate import downgrade
from genonaut.db.parts_of_words import has_index
from genonaut.db.session import Database
from genonaut.embedded.clients import newest_client, run_client
from genonaut.embedded.server import clean_environment
from tests.conftest import OpenServer
from tests.support.catalog import schema_of
from tests.support.commands import ROLES
from tests.support.recount import differences
from tests.support.rows import add_items, add_tag, add_user, run, scalar
from tests.support.servers import SERVERS, new_database
from tests.support.waiting import wait_until

HELD = "SELECT (SELECT count(*) FROM content_items_all), (SELECT count(*) FROM users)"
PROVIDER = "SELECT collprovider FROM pg_collation WHERE collname = 'letters'"
LEFT_BEHIND = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'replaced%'"


class Command:
    """Runs a command on a database; keeps what it printed."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], library: Path
    ) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        monkeypatch.setenv("GENONAUT_ENV", "test")
        monkeypatch.setenv("GENONAUT_LIBRARY_FOLDER", str(library))

    def __call__(self, database: Database, *arguments: object) -> tuple[int, str]:
        for variable, role in ROLES.items():
            url = database.url.set(username=role).difference_update_query(["require_auth"])
            address = url.render_as_string(hide_password=False)
            self._monkeypatch.setenv(variable, address)
        self._monkeypatch.setenv("DB_NAME", str(database.url.database))
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in ("db", *arguments)])
        assert isinstance(ended.value.code, int)
        printed = self._capsys.readouterr()
        return ended.value.code, printed.out + printed.err


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Command:
    return Command(monkeypatch, capsys, tmp_path / "library")


@pytest.fixture
def other(server: tuple[Settings, Database]) -> Iterator[Database]:
    """Another database, with nothing in it."""
    with new_database(server[1]) as database:
        yield database


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / 'gällery\'s "one".dump'


@pytest.fixture
def dump(migrated: Database, command: Command, file: Path) -> Path:
    """A dump of three items, of which two have a tag."""
    fill(migrated)
    assert command(migrated, "dump", file)[0] == 0
    return file


def fill(database: Database, name: str = "ada", number: int = 3) -> None:
    items = add_items(database, add_user(database, name), number)
    add_tag(database, f"of {name}", items[:2])


def held(database: Database) -> tuple[int, int]:
    [(items, users)] = run(database, HELD)
    return items, users


def exact(database: Database) -> None:
    with database.transaction() as session:
        assert differences(session) == []
    assert run(database, LEFT_BEHIND) == []


# There and back


def test_everything_comes_back(
    migrated: Database, other: Database, dump: Path, command: Command
) -> None:
    assert dump.stat().st_mode & 0o777 == 0o600
    code, printed = command(other, "restore", dump)
    assert (code, printed.splitlines()[-1]) == (
        0,
        f"Restored 3 items of 1 user to {other.url.database}, and all counts equal a recount.",
    )
    assert held(other) == (3, 1)
    exact(other)
    before, after = schema_of(migrated), schema_of(other)
    for kind in before.keys() - {"views"}:  # these have other aliases the second time
        assert plain(after[kind]) == plain(before[kind]), kind
    add_items(other, add_user(other, "grace"), 2)
    assert held(other) == (5, 2)
    exact(other)


def plain(lines: list[str]) -> list[str]:
    """Without casts, which PostgreSQL writes in another way the second time."""
    return sorted(re.sub(r"::(text|character varying)(\[\])?|[()]", "", line) for line in lines)


@contextmanager
def writers(database: Database, number: int = 3) -> Iterator[Callable[[], int]]:
    """Users who add, tag and delete items meanwhile; how many statements they have committed."""
    stop, done = Event(), [0] * number

    def write(me: int) -> None:
        creator = add_user(database, f"writer {me}")
        tag = add_tag(database, f"tag {me}")
        while not stop.is_set():
            with database.transaction() as session:
                items = add_items(session, creator, 5, ("items", "auto")[done[me] % 2])
                tagging = "INSERT INTO content_tags SELECT id, source_type, %s FROM"
                run(session, f"{tagging} content_items_all WHERE id = ANY (%s)", tag, items[:3])
                run(session, "DELETE FROM content_items_all WHERE id = ANY (%s)", items[2:4])
            done[me] += 1

    threads = [Thread(target=write, args=(me,)) for me in range(number)]
    for thread in threads:
        thread.start()
    try:
        wait_until(lambda: min(done), "each of them has written")
        yield lambda: sum(done)
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_a_dump_is_of_one_moment_while_others_write(
    migrated: Database, other: Database, command: Command, file: Path
) -> None:
    with writers(migrated) as written:
        before = written()
        code, printed = command(migrated, "dump", file)
        assert (code, written() > before) == (0, True), printed
    said = re.match(r"Dumped ([\d,]+) items of 3 users to ", printed)
    assert said, printed
    code, printed = command(other, "restore", file)
    assert (code, "repaired" in printed) == (0, False)
    # Each transaction leaves three items of five, two of which have a tag.
    items, tagged = held(other)[0], scalar(other, "SELECT count(*) FROM content_tags")
    assert (items, items % 3, tagged) == (int(said[1].replace(",", "")), 0, items // 3 * 2)
    exact(other)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("revision", ["0003_gallery", "0009_whose_files"])
def test_a_dump_of_an_earlier_schema_is_brought_to_this_one(
    migrated: Database, other: Database, command: Command, file: Path, revision: str
) -> None:
    fill(migrated)
    wanted = schema_of(migrated)
    downgrade(migrated.engine, revision)
    assert command(migrated, "dump", file)[0] == 0
    code, printed = command(other, "restore", file)
    assert (code, f"The schema was brought from {revision} to 00" in printed) == (0, True), printed
    assert held(other) == (3, 1)
    exact(other)
    assert schema_of(other)["tables"] == wanted["tables"]


def test_counts_that_are_wrong_in_the_dump_are_repaired(
    migrated: Database, other: Database, command: Command, file: Path
) -> None:
    fill(migrated)
    assert command(migrated, "upgrade")[0] == 0  # which builds the counts
    with migrated.transaction() as session:
        run(session, "SET LOCAL session_replication_role = replica")
        run(session, "DELETE FROM content_items_all WHERE id % 3 = 0")
    assert command(migrated, "dump", file)[0] == 0
    code, printed = command(other, "restore", file)
    assert code == 0
    assert re.search(r"after \d counts that the dump had wrong were repaired\.\n$", printed)
    exact(other)


def test_an_operators_extension_is_not_dropped(
    other: Database, dump: Path, command: Command
) -> None:
    run(other, "CREATE EXTENSION fuzzystrmatch")
    code, printed = command(other, "restore", dump)
    assert (code, "only a superuser may keep it: have one run `CREATE SCHEMA" in printed) == (
        2,
        True,
    )
    assert scalar(other, "SELECT levenshtein('lighthouse', 'lighthouses')") == 1
    run(
        other,
        "DROP EXTENSION fuzzystrmatch; CREATE SCHEMA mine;"
        " CREATE EXTENSION fuzzystrmatch SCHEMA mine; CREATE EXTENSION pg_trgm SCHEMA mine",
    )
    assert command(other, "restore", dump)[0] == 0
    assert scalar(other, "SELECT mine.levenshtein('lighthouse', 'lighthouses')") == 1
    assert has_index(other), "by the extension that is there"


def test_an_extension_that_an_index_needs_comes_along(
    migrated: Database, other: Database, command: Command, file: Path
) -> None:
    run(migrated, "CREATE EXTENSION btree_gin")
    run(migrated, "CREATE INDEX of_ours ON users USING gin (username)")
    assert command(migrated, "dump", file)[0] == 0
    assert command(other, "restore", file)[0] == 0
    assert scalar(other, "SELECT 'of_ours'::regclass::text") == "of_ours"


@pytest.mark.long
def test_the_index_of_parts_of_words_is_made_anew(
    migrated: Database, other: Database, dump: Path, command: Command
) -> None:
    for options in ((), ("--replace", "--yes")):
        code, printed = command(other, "restore", dump, *options)
        assert code == 0, printed
        assert has_index(other)
        assert schema_of(other)["indexes"] == schema_of(migrated)["indexes"]


# From one major version to another


def test_a_dump_of_15_goes_into_18_and_not_back(
    open_server: OpenServer, command: Command, file: Path, tmp_path: Path
) -> None:
    (_, new), (_, old) = (open_server(name) for name in SERVERS)
    with new_database(old, migrated=True) as source, new_database(new) as target:
        fill(source)
        for database, act in ((source, "dump"), (target, "restore")):
            code, printed = command(database, act, file)
            assert code == 0, printed
        assert held(target) == (3, 1)
        exact(target)
        assert scalar(target, PROVIDER) == "b"
        assert command(target, "dump", tmp_path / "new.dump")[0] == 0
        code, printed = command(source, "restore", tmp_path / "new.dump", "--replace", "--yes")
        assert (code, "is from PostgreSQL 18, and the server is 15" in printed) == (5, True)
        assert held(source) == (3, 1)


@pytest.mark.long
def test_a_dump_of_15_goes_into_15(open_server: OpenServer, command: Command, file: Path) -> None:
    _, old = open_server("debian-15")
    with new_database(old, migrated=True) as source, new_database(old) as target:
        fill(source)
        for database, act in ((source, "dump"), (target, "restore")):
            code, printed = command(database, act, file)
            assert code == 0, printed
        assert (held(target), schema_of(target)["columns"]) == (
            (3, 1),
            schema_of(source)["columns"],
        )
        exact(target)


# What is refused


def test_items_are_replaced_only_when_that_is_asked_for(
    migrated: Database, dump: Path, command: Command
) -> None:
    fill(migrated, "grace", 4)
    code, printed = command(migrated, "restore", dump)
    assert (code, "holds 7 items and 2 users: to lose them, add --replace" in printed) == (2, True)
    code, printed = command(migrated, "restore", dump, "--replace")
    assert (code, "There is no terminal to ask: to go on, add --yes." in printed) == (2, True)
    assert held(migrated) == (7, 2)
    assert command(migrated, "restore", dump, "--replace", "--yes")[0] == 0
    assert held(migrated) == (3, 1)
    exact(migrated)


def test_a_file_is_overwritten_only_when_that_is_asked_for(
    migrated: Database, dump: Path, command: Command
) -> None:
    before = dump.read_bytes()
    code, printed = command(migrated, "dump", dump)
    assert (code, "exists already: add --replace" in printed) == (2, True)
    assert dump.read_bytes() == before
    fill(migrated, "grace")
    assert command(migrated, "dump", dump, "--replace")[0] == 0
    assert dump.read_bytes() != before
    assert list(dump.parent.glob(".*")) == []


@pytest.mark.sampled(1)
@pytest.mark.parametrize("share", [0.02, 0.5, 0.999])
def test_a_dump_that_is_not_whole_changes_nothing(
    migrated: Database, dump: Path, command: Command, share: float
) -> None:
    content = dump.read_bytes()
    dump.write_bytes(content[: int(len(content) * share)])
    code, printed = command(migrated, "restore", dump, "--replace", "--yes")
    assert (code, f"{dump} is damaged, or not complete (" in printed) == (4, True), printed
    assert held(migrated) == (3, 1)
    exact(migrated)


def test_what_is_no_dump_is_refused_with_its_name_and_place(
    migrated: Database, command: Command, tmp_path: Path
) -> None:
    text = tmp_path / "gallery.sql"
    text.write_text("CREATE TABLE users ();\n")
    (tmp_path / "empty").touch()
    for place, what in {
        text: "is not a dump: at byte 0 it has b'CREAT', where a dump has b'PGDMP'",
        tmp_path / "empty": "at byte 0 it has b''",
        tmp_path: "cannot be read: it is not a file",
        tmp_path / "missing": "cannot be read: there is no such file",
    }.items():
        code, printed = command(migrated, "restore", place)
        assert (code, printed.startswith(f"genonaut: {place} "), what in printed) == (4, True, True)


def test_a_dump_of_another_program_is_refused(
    other: Database, command: Command, file: Path
) -> None:
    run(other, "CREATE TABLE users (name text)")
    assert command(other, "dump", file)[0] == 2
    address = other.url.set(drivername="postgresql").render_as_string(hide_password=False)
    program, _ = newest_client("pg_dump")
    run_client(program, ["-Fc", f"--file={file}", address], clean_environment())
    code, printed = command(other, "restore", file)
    assert (code, "has no table 'alembic_version' (it has 'users')" in printed) == (4, True)


def test_a_dump_of_a_newer_version_is_refused(
    migrated: Database, command: Command, file: Path
) -> None:
    fill(migrated)
    run(migrated, "UPDATE alembic_version SET version_num = '9999_later'")
    assert command(migrated, "dump", file)[0] == 0
    code, printed = command(migrated, "restore", file, "--replace", "--yes")
    assert (code, "has the schema '9999_later', and this version" in printed) == (5, True)
    assert held(migrated) == (3, 1)


def test_a_table_of_another_program_is_not_dropped(
    other: Database, dump: Path, command: Command
) -> None:
    run(other, "CREATE TABLE invoices (id int)")
    code, printed = command(other, "restore", dump)
    assert (code, "has a table 'invoices', which is not Genonaut's" in printed) == (2, True)
    assert scalar(other, "SELECT to_regclass('invoices') IS NOT NULL")


# What fails late loses nothing


def test_a_dump_whose_triggers_are_missing_is_not_taken(
    migrated: Database, command: Command, file: Path
) -> None:
    fill(migrated)
    run(migrated, "DROP TRIGGER gen_source_insert ON content_items")
    assert command(migrated, "dump", file)[0] == 0
    add_items(migrated, add_user(migrated, "grace"), 1, "auto")
    code, printed = command(migrated, "restore", file, "--replace", "--yes")
    assert (code, "What is in the dump is not exact (" in printed) == (5, True), printed
    assert printed.endswith("Nothing was changed.\n")
    assert (held(migrated), run(migrated, LEFT_BEHIND)) == ((4, 2), [])


def test_meanwhile_others_read_what_was_there_and_writers_wait(
    migrated: Database, dump: Path
) -> None:
    fill(migrated, "grace", 4)
    seen = []

    def look(phase: str) -> None:
        with migrated.transaction() as session:
            run(session, "SET LOCAL lock_timeout = '100ms'")
            seen.append((phase.split(maxsplit=1)[0], *held_in(session)))
            with pytest.raises(DBAPIError, match="lock timeout"):
                run(session, "DELETE FROM users")

    def held_in(session: object) -> tuple[int, int]:
        [(items, users)] = run(session, HELD)  # type: ignore[arg-type]
        return items, users

    with opened_dump(dump) as contents:
        restore(migrated, {}, contents, look)
    assert seen == [(word, 7, 2) for word in ("Restoring", "Building", "Comparing")]
    assert held(migrated) == (3, 1)
    exact(migrated)


# A folder of dumps


@pytest.mark.long
def test_a_folder_keeps_the_newest_dumps(
    migrated: Database, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, name = tmp_path / "dumps", migrated.url.database
    folder.mkdir()
    left = folder / f".{name}-20260101T000000Z.dump.unfinished"
    for file in (left, folder / "another-20200101T000000Z.dump", folder / f"{name}.dump"):
        file.touch()
    for second in range(3):
        monkeypatch.setattr(
            "genonaut.db.backup.files.time.gmtime",
            lambda s=second: (2026, 11, 28, 1, 2, s, 5, 0, 0),
        )
        assert command(migrated, "dump", folder, "--keep", 2)[0] == 0
    assert {file.name for file in folder.iterdir()} == {
        f"{name}-20261128T010201Z.dump",
        f"{name}-20261128T010202Z.dump",
        "another-20200101T000000Z.dump",
        f"{name}.dump",
    }
    assert command(migrated, "dump", tmp_path / "x.dump", "--keep", 2)[0] == 2


# A full disk


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder],
        check=False,
        capture_output=True,
    )
    if made.returncode:
        pytest.skip("this account cannot mount a disk")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_disk_without_room(
    migrated: Database, command: Command, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, printed = command(migrated, "dump", small_disk / "x.dump")
    assert (code, "make room, or name a file on another disk" in printed) == (5, True)
    monkeypatch.setattr(files, "SPARE_BYTES", 0)
    code, printed = command(migrated, "dump", small_disk / "x.dump")
    assert (code, f"The disk of {small_disk} is full, and nothing was kept" in printed) == (5, True)
    assert list(small_disk.iterdir()) == []
