"""Imports under names: listed, shown, undone as a whole, and rehearsed without a trace."""

import json
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from sqlalchemy import text

from genonaut.cli import main
from genonaut.db.session import Database
from genonaut.embedded.locks import FolderLock
from genonaut.hints import typed
from genonaut.ingest.importer import import_paths
from genonaut.ingest.imports import running_import
from genonaut.library.roots import Library
from tests.integration.test_library import picture
from tests.support.commands import Genonaut, commands
from tests.support.recount import differences
from tests.support.rows import run, scalar

WHAT = ("added", "already_there", "rejected", "new_tags", "changed")


@pytest.fixture
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("library")


@pytest.fixture
def genonaut(
    database: Database,
    library: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Genonaut]:
    """Runs a command with --json: its exit code, and what it printed."""
    tables = ("library_files", "library_roots", "library_seen", "imports")
    run(database, "; ".join(f"DELETE FROM {table}" for table in tables))
    monkeypatch.chdir(tmp_path)
    yield commands(database, library, monkeypatch, capsys)
    with database.transaction() as session:
        assert not differences(session)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(4):
        picture(tmp_path / "pics" / f"{number}.png", f"picture {number}", number)
    return tmp_path / "pics"


def table(path: Path, *prompts: str, tags: str = "fox, snow") -> Path:
    lines = ["prompt,creator,tags", *(f'{prompt},ada,"{tags}"' for prompt in prompts)]
    path.write_text("\n".join(lines))
    return path


def names(database: Database) -> list[tuple[str, int]]:
    sql = """SELECT name, (SELECT count(*) FROM imported_items WHERE import_id = id)
             FROM imports ORDER BY id"""
    return [(name, int(items)) for name, items in run(database, sql)]


def prompts(database: Database) -> list[str]:
    return [str(row[0]) for row in run(database, "SELECT prompt FROM content_items_all ORDER BY 1")]


def copies(library: Path) -> int:
    return sum(file.is_file() for file in (library / "files").rglob("*"))


def thumbnails(library: Path) -> int:
    return sum(file.is_file() for file in (library / "thumbs").rglob("*"))


def removed(genonaut: Genonaut, name: object) -> tuple[int, int, int]:
    code, report = genonaut("imports", "remove", name, "--yes")
    assert code == 0
    return report["removed"], report["files"], report["left"]


# Names


def test_an_import_has_a_name_of_its_own(
    database: Database, genonaut: Genonaut, folder: Path, tmp_path: Path
) -> None:
    assert genonaut("import", folder)[1]["import"] == "pics"
    assert genonaut("import", folder)[1]["import"] is None, "it added nothing"
    picture(folder / "more.png", "one more", 9)
    assert genonaut("import", folder)[1]["import"] == "pics-2"
    prompts = table(tmp_path / "prompts.csv", "a", "b")
    assert genonaut("import", prompts, folder)[1]["import"] == "prompts.csv"
    again = table(tmp_path / "prompts.csv", "c")
    assert genonaut("import", again, "--name", "of sunday")[1]["import"] == "of sunday"
    assert names(database) == [("pics", 4), ("pics-2", 1), ("prompts.csv", 2), ("of sunday", 1)]


def test_imports_at_once_get_different_names(
    database: Database, genonaut: Genonaut, tmp_path: Path, library: Path
) -> None:
    def load(number: int) -> str | None:
        path = table(tmp_path / f"{number}.csv", *(f"{number} {row}" for row in range(20)))
        with (
            database.engine.connect() as connection,
            running_import(connection, [path], "same") as running,
        ):
            import_paths(connection, [path], library=Library(library), import_id=running.id)
        return running.name

    with ThreadPoolExecutor(6) as pool:
        found = set(pool.map(load, range(6)))
    assert found == {"same", *(f"same-{number}" for number in range(2, 7))}
    assert {items for _, items in names(database)} == {20}
    assert removed(genonaut, "same-3") == (20, 0, 0)
    assert len(prompts(database)) == 100


def test_one_that_fails_before_it_adds_something_is_forgotten(
    database: Database, genonaut: Genonaut, tmp_path: Path
) -> None:
    path = table(tmp_path / "prompts.csv", "a")
    with pytest.raises(SystemExit) as ended:
        main(["import", str(path), "--encoding", "utf-9"])
    assert ended.value.code == 2
    assert names(database) == []


# Listing and showing


def test_they_are_listed_and_shown(
    database: Database,
    genonaut: Genonaut,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    genonaut("import", folder, "--creator", "grace")
    run(database, "UPDATE content_items_all SET title = 'mine' WHERE prompt = 'picture 1'")
    run(database, "DELETE FROM content_items_all WHERE prompt = 'picture 2'")
    genonaut("imports", "list", json_too=False)
    code, found = genonaut("imports", "show", "pics")
    assert code == 0
    assert (found["added"], found["there"], found["changed"], found["files"]) == (4, 3, 1, 3)
    assert found["creators"] == [{"name": "grace", "items": 3}]
    assert found["ended_at"]
    assert genonaut("imports", "show", found["id"])[1] == found, "by its number"
    capsys.readouterr()
    with pytest.raises(SystemExit):
        main(["imports", "list"])
    heading, row = capsys.readouterr().out.splitlines()
    assert heading.split()[:2] == ["number", "name"]
    assert row.split()[1] == "pics"
    assert row.split()[-2:] == ["4", "3"]


@pytest.mark.parametrize("command", ["show", "remove"])
def test_one_that_does_not_exist(
    genonaut: Genonaut, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["imports", command, "nothing"])
    assert ended.value.code == 1
    assert capsys.readouterr().err == (
        f"genonaut: There is no import 'nothing': see `{typed('imports list')}`.\n"
    )


# Removing


def test_an_import_is_undone_as_a_whole_and_by_itself(
    database: Database, genonaut: Genonaut, folder: Path, tmp_path: Path, library: Path
) -> None:
    genonaut("import", table(tmp_path / "before.csv", "before"))
    genonaut("import", folder)
    genonaut("import", table(tmp_path / "later.csv", "later"))
    assert (copies(library), thumbnails(library)) == (4, 8)
    assert removed(genonaut, "pics") == (4, 4, 0)
    assert prompts(database) == ["before", "later"]
    assert (copies(library), thumbnails(library)) == (0, 0)
    assert [name for name, _ in names(database)] == ["before.csv", "later.csv"]
    assert genonaut("library", "check")[0] == 0
    assert genonaut("stats", "check")[1]["ok"]
    assert genonaut("import", folder)[1]["added"] == 4, "it can be imported again"


CHANGES = {
    "its title": "UPDATE content_items_all SET title = 'mine' WHERE id = :id",
    "its prompt": "UPDATE content_items_all SET prompt = 'x' WHERE id = :id",
    "its visibility": "UPDATE content_items_all SET visibility = 'private' WHERE id = :id",
    "its score": "UPDATE content_items_all SET quality_score = 5 WHERE id = :id",
    "its metadata": (
        "UPDATE content_items_all SET item_metadata = item_metadata || '{\"a\": 1}' WHERE id = :id"
    ),
    "its creator": "UPDATE content_items_all SET creator_id = :other WHERE id = :id",
    "a tag more": (
        "INSERT INTO content_tags (content_id, source_type, tag_id)"
        " SELECT :id, 'items', id FROM tags WHERE name = 'other'"
    ),
    "a tag less": "DELETE FROM content_tags WHERE content_id = :id",
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_was_changed_since_stays(
    change: str, database: Database, genonaut: Genonaut, tmp_path: Path
) -> None:
    genonaut("import", table(tmp_path / "other.csv", "of another", tags="other"))
    genonaut("import", table(tmp_path / "prompts.csv", "a", "b", "c"))
    item = scalar(database, "SELECT id FROM content_items_all WHERE prompt = 'b'")
    other = scalar(database, "INSERT INTO users (username) VALUES ('eve') RETURNING id")
    with database.transaction() as session:
        session.execute(text(change), {"id": item, "other": other})
    assert removed(genonaut, "prompts.csv") == (2, 0, 1)
    assert scalar(database, "SELECT count(*) FROM content_items_all WHERE id > 0") == 2
    assert scalar(database, f"SELECT count(*) FROM content_items_all WHERE id = {item}") == 1
    assert names(database) == [("other.csv", 1), ("prompts.csv", 1)]
    assert genonaut("stats", "check")[1]["ok"]
    assert removed(genonaut, "prompts.csv") == (0, 0, 1), "and stays when it is tried again"


def test_what_changed_only_its_place_is_removed(
    database: Database, genonaut: Genonaut, folder: Path
) -> None:
    genonaut("import", folder, "--in-place")
    (folder / "0.png").rename(folder / "renamed.png")
    genonaut("import", folder, "--in-place")
    assert removed(genonaut, "pics") == (4, 0, 0)
    assert len(list(folder.iterdir())) == 4, "a file in place is never touched"
    assert prompts(database) == []


def test_a_file_that_another_item_uses_stays(
    database: Database, genonaut: Genonaut, folder: Path, library: Path
) -> None:
    genonaut("import", folder, "--creator", "ada")
    shutil.copy(folder / "0.png", folder.parent / "copy.png")
    genonaut("import", folder.parent / "copy.png", "--creator", "grace")
    assert copies(library) == 4, "the same bytes are kept once"
    assert removed(genonaut, "pics") == (4, 3, 0)
    assert (copies(library), thumbnails(library)) == (1, 2)
    assert genonaut("library", "check")[0] == 0
    assert removed(genonaut, "copy.png") == (1, 1, 0)
    assert (copies(library), thumbnails(library)) == (0, 0)


def test_thumbnails_stay_as_long_as_a_file_in_place_has_the_bytes(
    genonaut: Genonaut, folder: Path, library: Path
) -> None:
    genonaut("import", folder, "--creator", "ada")
    genonaut("import", folder, "--in-place", "--creator", "grace")
    assert removed(genonaut, "pics") == (4, 4, 0)
    assert (copies(library), thumbnails(library)) == (0, 8)


def test_a_deletion_that_can_be_undone_keeps_its_file(
    database: Database, genonaut: Genonaut, folder: Path, library: Path, client: httpx.Client
) -> None:
    genonaut("import", folder)
    [(item,)] = run(database, "SELECT id FROM content_items_all WHERE prompt = 'picture 0'")
    run(
        database,
        "INSERT INTO deleted_items (id, deleted_by, item)"
        f" SELECT id, creator_id, to_jsonb(i) FROM content_items_all i WHERE id = {item};"
        f" DELETE FROM content_items_all WHERE id = {item}",
    )
    assert removed(genonaut, "pics") == (3, 3, 0)
    assert copies(library) == 1
    assert names(database) == [("pics", 1)], "if it comes back, it is of this import"


def test_an_export_that_came_back_is_undone_like_any_import(
    database: Database, genonaut: Genonaut, folder: Path, tmp_path: Path, library: Path
) -> None:
    genonaut("import", folder)
    genonaut("export", tmp_path / "saved")
    assert removed(genonaut, "pics") == (4, 4, 0)
    assert genonaut("import", tmp_path / "saved")[1]["import"] == "saved"
    assert copies(library) == 4
    assert removed(genonaut, "saved") == (4, 4, 0)
    assert copies(library) == 0


def test_it_asks_before_it_removes(
    database: Database,
    genonaut: Genonaut,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    genonaut("import", folder)

    def answered(answer: str | None) -> tuple[object, str]:
        monkeypatch.setattr(sys.stdin, "isatty", lambda: answer is not None, raising=False)
        monkeypatch.setattr(typer, "confirm", confirm_with(answer))
        with pytest.raises(SystemExit) as ended:
            main(["imports", "remove", "pics"])
        return ended.value.code, capsys.readouterr().err

    assert answered("n")[0] == 1
    code, said = answered(None)
    assert code == 2
    assert "Remove 4 items?" in said
    assert said.endswith("There is no terminal to ask: to go on, add --yes.\n")
    assert len(prompts(database)) == 4
    assert answered("y")[0] == 0
    assert prompts(database) == []


def confirm_with(answer: str | None) -> Any:
    def confirm(question: str, *, abort: bool) -> None:
        assert question.startswith("It added 4 items: 4 are there, of which 0 have changed.")
        if abort and answer != "y":
            raise typer.Abort

    return confirm


def test_it_waits_for_no_import_and_is_refused_meanwhile(
    database: Database, genonaut: Genonaut, folder: Path, library: Path
) -> None:
    genonaut("import", folder)
    with FolderLock(library / "files") as files:
        files.shared()  # as an import does while it adds copies
        with pytest.raises(SystemExit) as ended:
            main(["imports", "remove", "pics", "--yes"])
    assert ended.value.code == 1
    assert len(prompts(database)) == 4


# Rehearsing


def everything(database: Database) -> list[Any]:
    tables = ("content_items_all", "users", "tags", "content_tags", "library_files")
    others = ("library_roots", "library_seen", "imports", "gen_source_deltas")
    found: list[Any] = [
        scalar(database, f"SELECT count(*) FROM {table}") for table in (*tables, *others)
    ]
    return [*found, scalar(database, "SELECT last_value FROM content_items_id_seq")]


@pytest.mark.parametrize("more", [[], ["--in-place"], ["--in-place", "--root", "mine"]])
def test_a_dry_run_reports_what_the_import_then_does(
    more: list[str],
    database: Database,
    genonaut: Genonaut,
    folder: Path,
    tmp_path: Path,
    library: Path,
) -> None:
    (folder / "page.png").write_text("<script>")
    (folder / "note.txt").write_text("x")
    shutil.copy(folder / "0.png", folder / "again.png")
    rows = table(tmp_path / "prompts.csv", "a", "b", "a", '"  "')
    genonaut("import", table(tmp_path / "known.csv", "b", tags="fox, snow"))
    before = everything(database)
    files = sorted(library.rglob("*"))
    code, rehearsed = genonaut("import", rows, folder, "--dry-run", *more)
    assert everything(database) == before
    assert sorted(library.rglob("*")) == files
    assert not list(tmp_path.glob("*.rejects.jsonl"))
    assert (rehearsed.pop("dry_run"), rehearsed.pop("import")) == (True, None)
    done_code, done = genonaut("import", rows, folder, *more)
    assert (done.pop("dry_run"), done.pop("import")) == (False, "prompts.csv")
    for report in (*rehearsed["files"], *done["files"]):
        report.pop("rejects_file")
    assert (code, rehearsed) == (done_code, done)
    assert [done[name] for name in WHAT] == [5, 3, 2, 0, 0]


def test_a_dry_run_refuses_what_the_import_would(
    genonaut: Genonaut, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    genonaut("import", folder)
    genonaut("export", tmp_path / "saved")
    wrong = [str(tmp_path / "saved")], [str(folder), "--in-place", "--root", "Not a name"]
    for words in wrong:
        with pytest.raises(SystemExit) as ended:
            main(["import", *words, "--dry-run"])
        assert ended.value.code == 2
        assert capsys.readouterr().err.startswith("genonaut: ")


def test_json_of_the_list_is_a_list(
    genonaut: Genonaut, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    genonaut("import", folder)
    capsys.readouterr()
    with pytest.raises(SystemExit):
        main(["imports", "list", "--json"])
    [found] = json.loads(capsys.readouterr().out)
    assert (found["name"], found["added"], found["there"]) == ("pics", 4, 4)
