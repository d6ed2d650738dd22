"""`genonaut import`, from the command line to the counts."""

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from sqlalchemy import Connection

from genonaut.cli import main
from genonaut.counting.runs import build_if_never_built
from genonaut.db.counts import GEN_SOURCE
from genonaut.db.session import Database
from genonaut.ingest import importer
from genonaut.ingest.importer import import_paths
from genonaut.ingest.loader import Loaded, load_batch
from genonaut.ingest.records import Record
from genonaut.ingest.report import ImportReport
from genonaut.ingest.rows import Defaults, ImportRow, parse_row
from genonaut.ingest.tables import CsvFile
from genonaut.library.roots import Library
from tests.support.recount import differences
from tests.support.rows import run, scalar
from tests.support.waiting import wait_until

Command = Callable[..., int]
LIBRARY = Library(Path("/nowhere"))
"""Tables do without."""


@pytest.fixture
def environment(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands find the test's database, and write into a folder of its own."""
    monkeypatch.setenv("GENONAUT_ENV", "test")
    monkeypatch.setenv("GENONAUT_LIBRARY_FOLDER", str(tmp_path / "library"))
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def genonaut(environment: None) -> Command:
    def run(*arguments: object) -> int:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        assert isinstance(ended.value.code, int)
        return ended.value.code

    return run


def count(database: Database) -> int:
    return int(scalar(database, "SELECT count(*) FROM content_items_all"))


def prompts(database: Database) -> list[object]:
    return [row[0] for row in run(database, "SELECT prompt FROM content_items_all ORDER BY id")]


def open_prompts(path: Path) -> Path:
    """Five rows as in the real data: one with an empty prompt, one twice."""
    address = "https://cdn.discordapp.com/attachments/{channel}/1/x.png"
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["prompt", "raw_data"])
        for prompt, channel in [("a", 1), ("b, c", 2), ("", 2), ("a", 1), ("d\ne", 1)]:
            discord: dict[str, Any] = {"seed": 7, "num_step": 50, "timestamp": 1660001285}
            discord["image_uri"] = address.format(channel=channel)
            raw = {"image_uri": "PENDING", "raw_discord_data": discord, "modifiers": ["x"]}
            table.writerow([prompt, json.dumps(raw)])
    return path


def test_open_prompts(
    database: Database, genonaut: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = open_prompts(tmp_path / "open-prompts.csv")
    assert genonaut("import", path) == 3
    output = capsys.readouterr().out
    assert "5 rows read, 3 added, 1 already there, 1 rejected" in output
    assert "1 x prompt is empty" in output
    assert "open-prompts.csv.rejects.jsonl" in output
    assert prompts(database) == ["a", "b, c", "d\ne"]
    reject = json.loads((tmp_path / "open-prompts.csv.rejects.jsonl").read_text())
    assert (reject["file"], reject["line"], reject["reason"]) == (str(path), 4, "prompt is empty")
    assert reject["raw"].startswith(',"{""image_uri""')

    first = run(
        database,
        "SELECT title, content_type, content_data, username, quality_score, source_type, "
        "item_metadata - 'import_key', content_items_all.created_at = updated_at "
        "FROM content_items_all JOIN users ON users.id = creator_id ORDER BY 1 LIMIT 1",
    )[0]
    assert first == (
        "a",
        "image",
        "https://cdn.discordapp.com/attachments/1/1/x.png",
        "1",
        0.0,
        "items",
        {"seed": 7, "steps": 50, "modifiers": ["x"]},
        True,
    )


def test_a_second_import_adds_nothing(
    database: Database, genonaut: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = open_prompts(tmp_path / "a.csv")
    genonaut("import", path)
    before = run(database, "SELECT * FROM content_items_all ORDER BY id")
    path.rename(tmp_path / "renamed.csv")
    capsys.readouterr()
    assert genonaut("import", "renamed.csv", "--json") == 3
    report = json.loads(capsys.readouterr().out)
    assert (report["read"], report["added"], report["already_there"]) == (5, 0, 4)
    assert (report["rejected"], report["files"][0]["reasons"]) == (1, {"prompt is empty": 1})
    assert run(database, "SELECT * FROM content_items_all ORDER BY id") == before


def test_counts_are_exact_without_a_refresh(database: Database, genonaut: Command, tmp_path: Path):
    (tmp_path / "a.csv").write_text("prompt,creator,source\n" + "".join(
        f"p{i},user{i % 3},{'auto' if i % 4 else 'regular'}\n" for i in range(100)
    ))  # fmt: skip
    build_if_never_built(database.transaction, GEN_SOURCE, "test")
    assert genonaut("import", "a.csv") == 0
    assert run(database, "SELECT count FROM gen_source_stats") == []
    counts = "SELECT source_type, count FROM gen_source_counts WHERE user_id IS NULL ORDER BY 1"
    assert run(database, counts) == [("auto", 75), ("regular", 25)]
    with database.transaction() as session:
        assert not differences(session)


def test_options(database: Database, genonaut: Command, tmp_path: Path):
    (tmp_path / "a.csv").write_bytes("prompt,creator\ncafé,\nthé,mara\nwrong".encode("latin-1"))
    command = ["import", "a.csv", "--creator", "me", "--source", "auto"]
    assert genonaut(*command, "--encoding", "latin-1", "--rejects", "bad.jsonl") == 3
    found = run(
        database,
        "SELECT prompt, username, source_type FROM content_items_all "
        "JOIN users ON users.id = creator_id ORDER BY content_items_all.id",
    )
    assert found == [("café", "me", "auto"), ("thé", "mara", "auto")]
    assert json.loads((tmp_path / "bad.jsonl").read_text())["line"] == 4


def test_who_sees_what_was_imported(database: Database, genonaut: Command, tmp_path: Path):
    """As its creator has it, unless the import says so."""
    (tmp_path / "a.csv").write_text("prompt,creator,tags\na fox,ada,fox\n")
    (tmp_path / "b.csv").write_text("prompt,creator,tags\nanother fox,ada,fox\n")
    (tmp_path / "c.csv").write_text("prompt,creator,tags\na third fox,ada,fox\n")
    genonaut("import", "a.csv", "--private")
    genonaut("import", "b.csv")
    run(database, "UPDATE users SET default_visibility = 'private'")
    genonaut("import", "c.csv")
    found = run(
        database,
        "SELECT item.visibility, tagged.visibility FROM content_items_all AS item"
        " JOIN content_tags AS tagged ON content_id = item.id ORDER BY item.id",
    )
    assert found == [("private",) * 2, ("public",) * 2, ("private",) * 2]
    with database.transaction() as session:
        assert not differences(session)


def test_ids_are_in_the_order_of_the_file(database: Database, genonaut: Command, tmp_path: Path):
    names = [f"prompt {number}" for number in range(500)]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps({"prompt": n}) + "\n" for n in names))
    assert genonaut("import", "a.jsonl") == 0
    assert prompts(database) == names


BROKEN = {
    "truncated": (b'prompt,title\na,b\nc,d\ne,"cut of', ["a", "c"], 1, 3),
    "broken row": (b'prompt,title\na,b\n"c,d\n"e, f",g\n', ["a", "e, f"], 1, 3),
    "wrong encoding": (b"prompt,title\na,b\ncaf\xe9,d\ne,f\n", ["a", "e"], 1, 3),
    "NUL in a row": (b"prompt,title\na,b\nc\0,d\ne,f\n", ["a", "e"], 1, 3),
    "binary": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\xff\xfe" * 99, [], 0, 4),
    "empty": (b"", [], 0, 4),
    "no header": (b"a,b\nc,d\n", [], 0, 4),
    "header only": (b"prompt,title\n", [], 0, 0),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_in_a_bad_state_loses_nothing_good(
    database: Database,
    genonaut: Command,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
):
    content, landed, rejected, code = BROKEN[name]
    (tmp_path / "x.csv").write_bytes(content)
    assert genonaut("import", "x.csv") == code
    printed = capsys.readouterr()
    assert prompts(database) == landed
    assert (tmp_path / "x.csv.rejects.jsonl").exists() == bool(rejected)
    if code == 4:
        assert printed.err.startswith("genonaut: x.csv ")
        assert printed.err.count("\n") == 1
    else:
        assert f"{rejected} rejected" in printed.out


def test_one_bad_file_does_not_stop_the_others(
    database: Database, genonaut: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "a.csv").write_text("prompt\na\n")
    (tmp_path / "b.jsonl").write_text('{"prompt": "b"}\n{"prompt": ""}\n')
    assert genonaut("import", "missing.csv", "a.csv", "b.jsonl", "c.txt", "--json") == 4
    report = json.loads(capsys.readouterr().out)
    assert prompts(database) == ["a", "b"]
    assert [bool(file["error"]) for file in report["files"]] == [True, False, False, True]
    assert (report["read"], report["added"], report["exit_code"]) == (3, 2, 4)


@pytest.mark.parametrize(
    "arguments",
    [
        ["a.csv", "--encoding", "no-such"],
        ["a.csv", "--creator", ""],
        ["a.csv", "--source", "robot"],
        ["a.csv", "--rejects", "a.csv"],
        ["a.csv", "--rejects", "no/such/folder.jsonl"],
        [],
    ],
)
def test_commands_that_make_no_sense(
    database: Database, genonaut: Command, tmp_path: Path, arguments: list[str]
):
    (tmp_path / "a.csv").write_text("prompt,title\n,untold\nb,told\n")
    assert genonaut("import", *arguments) == 2
    assert count(database) == 0


def test_a_folder_of_images(database: Database, genonaut: Command, tmp_path: Path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in ("a", "b"):
        info = PngInfo()
        info.add_text("parameters", f"picture {name}\nSteps: 20, Seed: 7, Size: 8x8")
        Image.new("RGB", (8, 8)).save(folder / f"{name}.png", pnginfo=info)
    (folder / "c.png").write_bytes(b"not a picture")
    assert genonaut("import", "pictures") == 3
    assert genonaut("import", folder) == 3
    assert prompts(database) == ["picture a", "picture b"]
    address = run(database, "SELECT content_data FROM content_items_all ORDER BY id LIMIT 1")
    [name] = address[0]
    assert name.startswith("library/files/")
    kept = tmp_path / "library" / name.removeprefix("library/")
    assert kept.read_bytes() == (folder / "a.png").read_bytes()
    reject = json.loads((tmp_path / "pictures.rejects.jsonl").read_text())
    assert (reject["line"], reject["file"]) == (None, str(folder / "c.png"))


def large_file(path: Path, rows: int) -> Path:
    lines = (f'"prompt {number}, and more",user{number % 50}\n' for number in range(rows))
    path.write_text("prompt,creator\n" + "".join(lines))
    return path


def test_imports_of_the_same_file_at_once(database: Database, tmp_path: Path):
    path = large_file(tmp_path / "a.csv", 12_000)

    def work(_number: int) -> int:
        with database.engine.connect() as connection:
            return import_paths(connection, [path], library=LIBRARY).files[0].added

    with ThreadPoolExecutor() as threads:
        added = list(threads.map(work, range(4)))
    assert sum(added) == 12_000 == count(database)
    assert run(database, "SELECT count(*) FROM users") == [(50,)]
    with database.transaction() as session:
        assert not differences(session)


def test_the_same_rows_in_opposite_orders_at_once(database: Database, tmp_path: Path):
    """Creators who are there already let both get to the rows: a deadlock, if not for the order."""
    records = CsvFile(large_file(tmp_path / "a.csv", 5_000), ",", None)
    rows = [parse_row(record, Defaults()) for record in records if isinstance(record, Record)]
    start = Barrier(4)

    def work(order: int) -> int:
        with database.engine.connect() as connection:
            start.wait()
            return load_batch(connection, rows[::order], LIBRARY).items

    with database.engine.connect() as connection:
        assert load_batch(connection, rows[:50], LIBRARY) == (50, 0, 0)
    with ThreadPoolExecutor() as threads:
        assert sum(threads.map(work, [1, -1, 1, -1])) == len(rows) - 50


DELETE_ONE_USER = """
    DELETE FROM users WHERE id IN (SELECT id FROM users ORDER BY random() LIMIT 1) RETURNING id"""


@pytest.mark.long
def test_creators_are_deleted_meanwhile(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(importer, "BATCH_ROWS", 100)
    path = large_file(tmp_path / "a.csv", 20_000)
    done = Event()

    def delete() -> int:
        """As another program does, one after the other."""
        deleted = 0
        while not done.is_set():
            with database.transaction() as session:
                deleted += len(run(session, DELETE_ONE_USER))
        return deleted

    def import_it() -> ImportReport:
        with database.engine.connect() as connection:
            return import_paths(connection, [path], library=LIBRARY)

    with ThreadPoolExecutor() as threads:
        deleting = threads.submit(delete)
        try:
            report = import_it()
        finally:
            done.set()
    assert deleting.result()
    assert (report.files[0].read, report.files[0].error) == (20_000, None)
    import_it()
    assert count(database) == 20_000
    with database.transaction() as session:
        assert not differences(session)


@pytest.mark.long
def test_a_kill_loses_nothing_and_the_next_import_completes_it(
    database: Database, environment: None, tmp_path: Path
):
    path = large_file(tmp_path / "a.csv", 60_000)
    command = [sys.executable, "-m", "genonaut", "import", str(path)]
    killed = subprocess.Popen(command, env=os.environ)
    wait_until(lambda: count(database) or killed.poll() is not None, "a batch is imported")
    killed.send_signal(signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    landed = count(database)
    assert 0 < landed < 60_000
    assert landed % importer.BATCH_ROWS == 0

    done = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True)
    report = json.loads(done.stdout)
    assert (report["added"], report["already_there"]) == (60_000 - landed, landed)
    assert count(database) == 60_000
    with database.transaction() as session:
        assert not differences(session)


def test_large_rows_make_small_batches(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = large_file(tmp_path / "a.csv", 2_000)
    monkeypatch.setattr(importer, "BATCH_BYTES", 8192)
    seen: list[tuple[int, int]] = []
    with database.engine.connect() as connection:
        report = import_paths(
            connection, [path], library=LIBRARY, on_progress=lambda *at: seen.append(at)
        )
    assert report.files[0].added == 2_000
    assert len(seen) > 5
    assert seen == sorted(seen)
    assert seen[-1] == (path.stat().st_size, path.stat().st_size)


def test_a_database_that_goes_away(
    database: Database,
    genonaut: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    path = large_file(tmp_path / "a.csv", 100)
    monkeypatch.setattr(importer, "BATCH_ROWS", 10)
    calls = iter(range(100))

    def interrupted(
        connection: Connection, rows: Sequence[ImportRow], library: Library, **others: Any
    ) -> Loaded:
        if next(calls) == 3:
            run(
                database,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND datname = current_database()",
            )
        return load_batch(connection, rows, library, **others)

    monkeypatch.setattr(importer, "load_batch", interrupted)
    database.engine.dispose()
    assert genonaut("import", path) == 5
    assert capsys.readouterr().err.startswith("genonaut: The database")
    database.engine.dispose()
    assert count(database) == 30
