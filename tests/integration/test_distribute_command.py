"""`genonaut db distribute` and `genonaut db nodes` where there is no Citus."""

from collections.abc import Iterator

import pytest

from genonaut.cli import main
from genonaut.counting.layout import LAYOUT
from genonaut.db.distributed.detection import with_layout
from genonaut.db.session import Database
from tests.support.rows import run


@pytest.fixture
def named(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    address = database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", address)
    return database


@pytest.fixture
def distributed(named: Database) -> Iterator[Database]:
    """What a distributed gallery is known by."""
    run(named, "CREATE TABLE part_homes ()")
    yield named
    run(named, "DROP TABLE part_homes")


def said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[object, str]:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    printed = capsys.readouterr()
    return ended.value.code, printed.out + printed.err


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize("command", ["distribute", "nodes"])
def test_without_citus_they_say_what_is_missing(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = said(["db", command, "--env", "test"], capsys)
    assert code == 2
    assert "has no Citus: on each node, name citus in shared_preload_libraries" in text


def test_the_sql_is_printed_without_a_database(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nowhere.invalid/nothing")
    code, text = said(["db", "distribute", "--print", "--shards", "8", "--env", "test"], capsys)
    assert code == 0
    assert text.startswith("BEGIN;\n")
    assert text.rstrip().endswith("COMMIT;")
    assert "shard_count := 8" in text


@pytest.mark.usefixtures("distributed")
@pytest.mark.parametrize(
    "command", [["dump", "x.dump"], ["downgrade", "base", "--yes"]], ids=lambda command: command[0]
)
def test_a_distributed_gallery_is_not_taken_for_one_in_one_place(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = said(["db", *command, "--env", "test"], capsys)
    assert code == 2
    assert f"genonaut db {command[0]} --env test` is for one in one place" in text


def test_connections_know_how_the_counts_lie(distributed: Database) -> None:
    assert distributed.layout is None  # it was opened before
    assert LAYOUT in with_layout(distributed.engine).get_execution_options()
