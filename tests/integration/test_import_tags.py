"""Tags that come with an import."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import event

from genonaut.db.session import Database
from genonaut.ingest.importer import import_paths
from genonaut.ingest.loader import load_batch
from genonaut.ingest.records import Record
from genonaut.ingest.report import FileReport
from genonaut.ingest.rows import Defaults, ImportRow, parse_row
from genonaut.library.roots import Library
from tests.support.recount import differences
from tests.support.rows import run

TAGS = """
SELECT prompt, array_agg(name ORDER BY name)
FROM content_items_all
JOIN content_tags ON content_id = content_items_all.id
    AND content_tags.source_type = content_items_all.source_type
JOIN tags ON tags.id = tag_id
GROUP BY prompt ORDER BY prompt
"""

LIBRARY = Library(Path("/nowhere"))
"""Tables do without."""


def imported(database: Database, path: Path, content: str) -> FileReport:
    path.write_text(content)
    with database.engine.connect() as connection:
        (report,) = import_paths(connection, [path], library=LIBRARY).files
    return report


def test_a_column_of_tags(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    report = imported(
        database,
        tmp_path / "a.csv",
        "prompt,source,tags\n"
        'a,regular,"Sea, Night  Sky,sea"\n'
        'b,auto,"[""sea"", ""a, b""]"\n'
        "c,auto,\n"
        f"d,auto,{'x' * 256}\n",
    )
    assert (report.added, report.rejected, report.new_tags) == (3, 1, 3)
    assert list(report.reasons) == ["tags: tag 1 is longer than 255 characters"]
    assert run(database, TAGS) == [("a", ["night sky", "sea"]), ("b", ["a, b", "sea"])]
    sources = "SELECT DISTINCT source_type FROM content_tags ORDER BY 1"
    assert run(database, sources) == [("auto",), ("items",)]
    metadata = "SELECT DISTINCT item_metadata - 'import_key' FROM content_items_all"
    assert run(database, metadata) == [({},)]


def test_json_lines_and_open_prompts(database: Database, tmp_path: Path):
    raw = json.dumps({"modifiers": ["Sea", "x" * 256]}).replace('"', '""')
    imported(database, tmp_path / "a.csv", f'prompt,raw_data\na,"{raw}"\n')
    imported(database, tmp_path / "b.jsonl", '{"prompt": "b", "tags": ["Sea", "sky"]}\n')
    assert run(database, TAGS) == [("a", ["sea"]), ("b", ["sea", "sky"])]


def test_an_item_that_is_there_keeps_what_it_has(database: Database, tmp_path: Path):
    content = 'prompt,tags\na,"sea,sky"\n'
    assert imported(database, tmp_path / "a.csv", content).new_tags == 2
    run(database, "DELETE FROM tags WHERE name = 'sea' RETURNING 1")
    again = imported(database, tmp_path / "a.csv", content + "b,sky\n")
    assert (again.added, again.already_there, again.new_tags) == (1, 1, 0)
    assert run(database, TAGS) == [("a", ["sky"]), ("b", ["sky"])]
    assert run(database, "SELECT name FROM tags") == [("sky",)]


def test_a_batch_takes_few_statements(database: Database, tmp_path: Path):
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    rows = "".join(f'p{n},"t{n},t{n % 7},all"\n' for n in range(3_000))
    event.listen(database.engine, "before_cursor_execute", note)
    try:
        report = imported(database, tmp_path / "a.csv", "prompt,tags\n" + rows)
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    assert (report.added, report.new_tags) == (3_000, 3_001)
    assert len(statements) < 12
    assert run(database, "SELECT count(*) FROM content_tags") == [(3_000 * 3 - 7,)]


def test_imports_that_add_the_same_tags_at_once(database: Database):
    """A creator who is there already lets all get to the tags: a deadlock, if not for the order."""
    start = Barrier(4)

    def work(worker: int) -> int:
        names = [f"tag {n}" for n in range(2_000)][:: 1 if worker % 2 else -1]
        rows = [row(prompt=f"{worker} {name}", tags=[name, f"{name} {worker}"]) for name in names]
        with database.engine.connect() as connection:
            start.wait()
            return load_batch(connection, rows, LIBRARY).tags

    with database.engine.connect() as connection:
        assert load_batch(connection, [row(prompt="first")], LIBRARY) == (1, 0, 0)
    with ThreadPoolExecutor() as threads:
        assert sum(threads.map(work, range(4))) == 2_000 + 4 * 2_000
    assert run(database, "SELECT count(*) FROM tags") == [(10_000,)]
    assert run(database, "SELECT count(*) FROM content_tags") == [(4 * 2 * 2_000,)]
    with database.transaction() as session:
        assert differences(session) == []


def row(**fields: object) -> ImportRow:
    return parse_row(Record("x.jsonl", 1, fields), Defaults())
