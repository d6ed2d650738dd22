"""Galleries that leave as a folder and come back: the same, or with a reason for every line."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from genonaut.db.session import Database
from tests.support import pictures
from tests.support.commands import Genonaut, commands
from tests.support.recount import differences
from tests.support.rows import add_items, add_tag, add_user, run, scalar
from tests.support.waiting import wait_until

ITEMS = "items.jsonl"

# Every table but what imports remember of paths, the counts, and what can still be undone.
EVERYTHING = {
    "users": "SELECT * FROM users ORDER BY id",
    "tags": "SELECT id, name, metadata::text, created_at FROM tags ORDER BY id",
    "items": """
        SELECT id, source_type, title, content_type, content_data, path_thumb, prompt,
            item_metadata::text, creator_id, created_at, updated_at, quality_score, visibility
        FROM content_items_all ORDER BY id""",
    "item tags": "SELECT * FROM content_tags ORDER BY 1, 2, 3",
    "files": "SELECT * FROM library_files ORDER BY name",
    "counts": "SELECT * FROM gen_source_counts ORDER BY 1, 2",
    "private": "SELECT * FROM private_source_counts ORDER BY 1, 2",
    "private tags": "SELECT * FROM private_regular_tag_counts ORDER BY 1, 2",
    "tag counts": "SELECT * FROM tag_cardinality_counts ORDER BY 1, 2",
}


def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    return {name: run(database, query) for name, query in EVERYTHING.items()}


def files_of(folder: Path) -> dict[str, bytes]:
    below = folder / "files"
    return {
        str(path.relative_to(below)): path.read_bytes()
        for path in below.rglob("*")
        if path.is_file()
    }


def counted(database: Database) -> None:
    with database.transaction() as session:
        assert not differences(session)


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def here(
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Genonaut:
    """Commands on the gallery that is exported."""
    run(database, "DELETE FROM library_files; DELETE FROM library_roots; DELETE FROM library_seen")
    return commands(database, tmp_path / "library", monkeypatch, capsys)


@pytest.fixture
def there(
    migrated: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Genonaut:
    """Commands on the gallery that it comes back to, which is empty."""
    return commands(migrated, tmp_path / "other library", monkeypatch, capsys)


def fill(database: Database) -> None:
    """What an import of pictures does not make: API items, lonely users and tags."""
    ada = add_user(database, "ada")
    add_user(database, "lurker")
    odd = {"seed": 12345678901234567890, "tiny": 1e-300, "deep": [{"a": [None, True, "é\n"]}]}
    ids = add_items(database, ada, 3, title="by hand", item_metadata=Jsonb(odd))
    ids += add_items(database, ada, 2, "auto", title="by itself", quality_score=-0.25)
    add_tag(database, "sea", ids[:4])
    lonely = add_tag(database, "unused")
    run(database, 'UPDATE tags SET metadata = \'{"colour": "#0af"}\' WHERE id = %s', lonely)
    run(
        database,
        'UPDATE content_items_all SET item_metadata = \'{"big": 1e400, "exact": 0.10}\','
        " updated_at = created_at + interval '1 microsecond' WHERE id = %s",
        ids[0],
    )
    run(database, "DELETE FROM content_items_all WHERE id = %s", ids[2])


def counts(report: dict[str, Any]) -> list[object]:
    return [report[name] for name in ("added", "already_there", "rejected")]


def test_a_mixed_gallery_comes_back_row_by_row(
    database: Database, migrated: Database, here: Genonaut, there: Genonaut, tmp_path: Path
) -> None:
    pictures.make(tmp_path / "pics", 300, size=48)
    here("import", tmp_path / "pics", "--creator", "grace")
    here("import", tmp_path / "pics" / "2026-01-05", "--source", "auto", "--creator", "eve")
    fill(database)
    run(database, "DELETE FROM content_items_all WHERE id % 17 = 0")
    run(database, "UPDATE content_items_all SET title = 'renamed' WHERE id % 13 = 0")
    run(database, "UPDATE content_items_all SET visibility = 'private' WHERE id % 5 < 2")
    run(database, "UPDATE users SET default_visibility = 'private' WHERE username = 'eve'")
    for path in (tmp_path / "library" / "files").glob("*/*"):
        os.utime(path, (0, 0))  # or a repair would spare copies of deleted items: they are young
    assert here("library", "check", "--repair")[0] == 0
    assert here("export", tmp_path / "out")[0] == 0
    code, report = there("import", tmp_path / "out")
    assert (code, report["files"][0]["error"]) == (0, None)
    assert everything(migrated) == everything(database)
    assert files_of(tmp_path / "other library") == files_of(tmp_path / "library")
    for execute in (here, there):
        assert execute("stats", "check")[0] == 0
        assert execute("library", "check")[0] == 0
    before = everything(migrated)
    code, again = there("import", tmp_path / "out")
    assert (code, counts(again)) == (0, [0, report["added"], 0])
    assert everything(migrated) == before
    [new] = add_items(migrated, str(before["users"][0][0]))
    assert new > max(row[0] for row in before["items"])
    counted(migrated)


def test_pictures_in_place_come_back_as_copies(
    database: Database, migrated: Database, here: Genonaut, there: Genonaut, tmp_path: Path
) -> None:
    made = pictures.make(tmp_path / "pics", 4, size=32)
    here("import", tmp_path / "pics", "--in-place", "--root", "mine")
    exported = everything(database)["items"]
    made[0].path.unlink()
    made[1].path.write_bytes(made[2].path.read_bytes())
    code, report = here("export", tmp_path / "out")
    assert (code, report["items"], report["files"]) == (3, 4, 2)
    assert sum(report["problems"].values()) == 2
    assert str(tmp_path) not in "".join(
        path.read_text() for path in (tmp_path / "out").glob("*.json*")
    )
    assert counts(there("import", tmp_path / "out")[1]) == [4, 0, 0]
    names = [row[4] for row in everything(migrated)["items"]]
    assert all(name.startswith("library/files/") for name in names)
    assert [row[:4] for row in everything(migrated)["items"]] == [row[:4] for row in exported]
    assert scalar(migrated, "SELECT count(*) FROM library_files WHERE missing_since IS NULL") == 2


LETTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(LETTERS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(LETTERS), inner),
    max_leaves=8,
)
TEXTS = st.text(LETTERS, max_size=60)


@pytest.mark.long
@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    data=st.data(),
    score=st.floats(allow_nan=False, allow_infinity=False),
    moment=st.datetimes(datetime(1, 1, 2)),  # noqa: DTZ001 - as Hypothesis takes it
)
def test_every_value_of_an_item_comes_back(
    database: Database,
    migrated: Database,
    here: Genonaut,
    there: Genonaut,
    tmp_path: Path,
    data: st.DataObject,
    score: float,
    moment: datetime,
) -> None:
    shutil.rmtree(tmp_path / "out", ignore_errors=True)
    for each in (database, migrated):
        run(each, "DELETE FROM content_items_all; DELETE FROM tags; DELETE FROM users")
    values: dict[str, Any] = {
        "title": data.draw(TEXTS),
        "prompt": data.draw(TEXTS),
        "content_type": data.draw(TEXTS)[:50],
        "item_metadata": Jsonb(data.draw(st.dictionaries(TEXTS, JSON_VALUES, max_size=4))),
        "quality_score": score,
        "created_at": f"{moment:%Y-%m-%dT%H:%M:%S.%f}".zfill(26) + "+00",
    }
    ids = add_items(database, add_user(database, data.draw(TEXTS)), **values)
    add_tag(database, data.draw(TEXTS), ids)
    assert here("export", tmp_path / "out", "--without-files")[0] == 0
    assert there("import", tmp_path / "out")[0] == 0
    assert everything(migrated) == everything(database)


def test_other_items_with_the_same_numbers_stay(
    database: Database, migrated: Database, here: Genonaut, there: Genonaut, tmp_path: Path
) -> None:
    fill(database)
    here("export", tmp_path / "out")
    taken = [row[0] for row in everything(database)["items"]][:2]
    theirs = add_user(migrated, "theirs")
    for number in taken:
        add_items(migrated, theirs, id=number)
    before = everything(migrated)["items"]
    assert counts(there("import", tmp_path / "out")[1]) == [4, 0, 0]
    after = everything(migrated)["items"]
    assert [row for row in after if row[0] in taken] == before
    assert len(after) == 6
    assert counts(there("import", tmp_path / "out")[1]) == [0, 4, 0]
    assert everything(migrated)["items"] == after
    counted(migrated)


def test_an_export_is_one_moment(
    database: Database, migrated: Database, here: Genonaut, there: Genonaut, tmp_path: Path
) -> None:
    """A writer adds pairs, and renames both: an export never has one of two."""
    ada = add_user(database, "ada")
    over = Event()

    def write() -> None:
        while not over.is_set():
            add_items(database, ada, 1)
            with database.transaction() as session:
                add_items(session, ada, 1, title="left")
                add_items(session, ada, 1, "auto", title="right")

    writer = Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            assert here("export", tmp_path / f"out {number}")[0] == 0
    finally:
        over.set()
        writer.join()
    for number in range(3):
        lines = (tmp_path / f"out {number}" / ITEMS).read_text().splitlines()
        titles = [json.loads(line)["title"] for line in lines]
        assert titles.count("left") == titles.count("right") > 0
    there("import", tmp_path / "out 2")
    counted(migrated)


@pytest.mark.long
def test_an_import_that_is_killed_is_completed_by_the_next(
    database: Database, migrated: Database, here: Genonaut, there: Genonaut, tmp_path: Path
) -> None:
    add_items(database, add_user(database, "ada"), 4_500)
    here("export", tmp_path / "out")
    there("stats", "check")  # sets the environment of the process, too
    command = [sys.executable, "-m", "genonaut", "import", str(tmp_path / "out")]
    count = partial(scalar, migrated, "SELECT count(*) FROM content_items_all")
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        wait_until(lambda: count() >= 1_000 or process.poll() is not None, "a batch is in")
        process.send_signal(signal.SIGKILL)
    wait_until(lambda: count() % 500 == 0, "the last batch is whole")
    counted(migrated)
    assert there("import", tmp_path / "out")[0] == 0
    assert everything(migrated) == everything(database)


def test_what_was_chosen(database: Database, here: Genonaut, tmp_path: Path) -> None:
    fill(database)
    code, report = here("export", tmp_path / "auto", "--source", "auto", "--creator", "ada")
    assert (code, report["items"], report["users"], report["tags"]) == (0, 2, 1, 1)
    assert here("export", tmp_path / "lurker", "--creator", "lurker")[1]["items"] == 0
    assert here("export", tmp_path / "x", "--creator", "unknown")[0] == 1
    assert here("export", tmp_path / "auto")[0] == 2


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where an export is kept, for the tests that spoil a copy of it."""
    return tmp_path_factory.mktemp("kept") / "out"


@pytest.fixture
def out(here: Genonaut, database: Database, kept: Path, tmp_path: Path) -> Path:
    """A copy of an export with as many pictures as there are ways to be wrong."""
    if not kept.exists():
        fill(database)
        pictures.make(tmp_path / "pics", len(WRONG), size=32)
        assert here("import", tmp_path / "pics")[0] == 0
        assert here("export", kept)[0] == 0
    shutil.copytree(kept, tmp_path / "out")
    return tmp_path / "out"


def items_in(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / ITEMS).read_text().splitlines()]


WRONG: dict[str, Callable[[dict[str, Any]], object]] = {
    "its file is not in the export": lambda line: line["file"].update(name="../../etc/passwd"),
    "its file is not in the export, or": lambda line: line["file"].update(name="/etc/passwd"),
    "its file has other content": lambda line: line["file"].update(sha256="0" * 64),
    "file is not that of a picture": lambda line: line["file"].update(sha256="../x"),
    "width is not a whole number": lambda line: line["file"].update(width=-1),
    "content_data is an absolute path": lambda line: line.update(content_data="/etc/passwd"),
    "path_thumb is an absolute path": lambda line: line.update(path_thumb="~/x"),
    "id is not a whole number": lambda line: line.update(id=2**63 - 1),
    "visibility is neither": lambda line: line.update(visibility="secret"),
    "source is neither": lambda line: line.update(source="items"),
    "created_at is not a moment": lambda line: line.update(created_at="2026-02-31"),
    "quality_score is not a number": lambda line: line.update(quality_score="1"),
    "title is longer than 255": lambda line: line.update(title="x" * 256),
    "metadata is not an object": lambda line: line.update(metadata=[]),
    "the line contains a NUL": lambda line: line.update(prompt="a\0b"),
    "tag is not text": lambda line: line.update(tags=[1]),
}


@pytest.mark.long
def test_a_wrong_line_has_its_reason_and_the_others_come_in(there: Genonaut, out: Path) -> None:
    lines = items_in(out)
    wrong = [number for number, line in enumerate(lines) if line.get("file")]
    for number, spoil in zip(wrong, WRONG.values(), strict=True):
        spoil(lines[number])
    (out / ITEMS).write_text("".join(json.dumps(line) + "\n" for line in lines))
    code, report = there("import", out)
    assert (code, counts(report)) == (3, [len(lines) - len(wrong), 0, len(wrong)])
    assert sum(report["files"][0]["reasons"].values()) == len(wrong)
    written = Path(f"{out}.rejects.jsonl").read_text().splitlines()
    rejects = {reject["line"]: reject for reject in map(json.loads, written)}
    assert rejects.keys() == {number + 1 for number in wrong}
    for number, reason in zip(wrong, WRONG, strict=True):
        reject = rejects[number + 1]
        assert reject["reason"].startswith(reason)
        assert reject["file"].endswith(f"out/{ITEMS}")


@pytest.mark.sampled(2)
@pytest.mark.parametrize("spoil", ["cut", "shorter", "huge", "binary", "linked file"])
def test_a_spoiled_export(there: Genonaut, out: Path, tmp_path: Path, spoil: str) -> None:
    path, lines = out / ITEMS, items_in(out)
    content = path.read_bytes()
    if spoil == "linked file":
        [picture, *_] = (out / "files").rglob("*.*")
        picture.rename(tmp_path / "elsewhere")
        picture.symlink_to(tmp_path / "elsewhere")
    spoiled = {
        "cut": content[:-20],
        "shorter": b"\n".join(content.split(b"\n")[:-2]) + b"\n",
        "huge": b"[" * (20 << 20) + b"\n" + content,
        "binary": b"\xff\xfe\0\n" + content,
        "linked file": content,
    }[spoil]
    path.write_bytes(spoiled)
    code, report = there("import", out)
    assert code == (4 if spoil == "shorter" else 3)
    rest = len(lines) if spoil in {"huge", "binary"} else len(lines) - 1
    assert report["added"] == rest


def become_a_link(path: Path) -> None:
    path.symlink_to(path.rename(path.with_suffix(".other")))


NEWER = '{"format": "genonaut-export", "version": 2}'
NOT_EXPORTS: list[tuple[Callable[[Path], object], str]] = [
    (lambda out: (out / "export.json").rename(out / "export.json.part"), "was interrupted"),
    (lambda out: (out / "export.json").write_text("[]"), "is not that of an export"),
    (lambda out: (out / "export.json").write_text(NEWER), "is of version 2"),
    (lambda out: (out / ITEMS).unlink(), "is missing, or not a file"),
    (lambda out: (out / "users.jsonl").unlink(), "is missing, or not a file"),
    (lambda out: become_a_link(out / ITEMS), "is missing, or not a file"),
]


def test_what_is_not_an_export_says_why(
    there: Genonaut, migrated: Database, out: Path, tmp_path: Path
) -> None:
    for number, (spoil, message) in enumerate(NOT_EXPORTS):
        copy = shutil.copytree(out, tmp_path / f"not {number}")
        spoil(copy)
        code, report = there("import", copy)
        assert (code, report["added"]) == (4, 0)
        assert message in report["files"][0]["error"]
    assert scalar(migrated, "SELECT count(*) FROM users") == 0


def test_an_export_from_before_there_was_a_visibility_is_public(
    database: Database, migrated: Database, here: Genonaut, there: Genonaut, tmp_path: Path
) -> None:
    add_items(database, add_user(database, "ada"), 2)
    assert here("export", tmp_path / "out")[0] == 0
    for name in (ITEMS, "users.jsonl"):
        lines = [json.loads(line) for line in (tmp_path / "out" / name).read_text().splitlines()]
        for line in lines:
            del line["visibility" if name == ITEMS else "default_visibility"]
        written = "".join(json.dumps(line) + "\n" for line in lines)
        (tmp_path / "out" / name).write_text(written)
    assert there("import", tmp_path / "out")[0] == 0
    assert run(migrated, "SELECT DISTINCT visibility FROM content_items_all") == [("public",)]
    assert run(migrated, "SELECT default_visibility FROM users") == [("public",)]
