"""Pictures that come in: what becomes of each file, and what pages and checks say of it."""

import os
import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from genonaut.cli import main
from genonaut.config import LibrarySettings, Settings
from genonaut.db.session import Database
from tests.support.api import OpenApi
from tests.support.commands import Genonaut, commands
from tests.support.recount import differences
from tests.support.rows import run, scalar


def picture(path: Path, prompt: str, seed: int = 0) -> Path:
    """A PNG whose pixels are its own."""
    info = PngInfo()
    info.add_text("parameters", f"{prompt}\nSteps: 20, Seed: {seed}, Size: 8x8")
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (12, 8), (seed % 256, seed // 256 % 256, len(prompt))).save(
        path, "PNG", pnginfo=info
    )
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pictures, a note and what is no picture."""
    for number, name in enumerate(("a.png", "b.png", "inner/c.png")):
        picture(tmp_path / "pics" / name, f"picture {name}", number)
    (tmp_path / "pics" / "note.txt").write_text("x")
    (tmp_path / "pics" / "page.png").write_text("<script>alert(1)</script>")
    return tmp_path / "pics"


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
) -> Genonaut:
    """Runs a command with --json: its exit code, and what it printed."""
    run(database, "DELETE FROM library_files; DELETE FROM library_roots; DELETE FROM library_seen")
    monkeypatch.chdir(tmp_path)
    return commands(database, library, monkeypatch, capsys)


def counts(report: dict[str, Any], *names: str) -> list[object]:
    return [report[name] for name in names]


WHAT = ("added", "already_there", "rejected", "changed")


def names(database: Database) -> list[str]:
    return [
        str(row[0])
        for row in run(database, "SELECT content_data FROM content_items_all ORDER BY prompt")
    ]


def counted(database: Database) -> None:
    with database.transaction() as session:
        assert not differences(session)


def test_imported_twice_copied(
    database: Database, genonaut: Genonaut, folder: Path, library: Path
) -> None:
    code, report = genonaut("import", folder)
    assert (code, counts(report, *WHAT)) == (3, [3, 0, 1, 0])
    assert report["files"][0]["skipped"] == {".txt": 1}
    assert all(
        re.fullmatch(r"library/files/../[0-9a-f]{64}\.png", name) for name in names(database)
    )
    assert len(list((library / "files").glob("*/*"))) == 3
    assert len(list((library / "thumbs").glob("*/*.webp"))) == 6
    assert list((library / "incoming").iterdir()) == []
    before = run(database, "SELECT * FROM content_items_all ORDER BY id")
    code, report = genonaut("import", folder)
    assert (code, counts(report, *WHAT)) == (3, [0, 3, 1, 0])
    assert run(database, "SELECT * FROM content_items_all ORDER BY id") == before
    code, found = genonaut("library", "check")
    assert (code, found.pop("ok"), found.pop("files")) == (0, True, 3)
    assert not any(found.values())
    counted(database)


def test_in_place_and_moved(
    database: Database, genonaut: Genonaut, folder: Path, library: Path
) -> None:
    assert genonaut("import", folder, "--in-place", "--root", "mine")[1]["added"] == 3
    assert names(database) == ["mine/a.png", "mine/b.png", "mine/inner/c.png"]
    assert not list((library / "files").glob("*/*"))
    assert counts(genonaut("import", folder / "inner", "--in-place")[1], *WHAT) == [0, 1, 0, 0]
    moved = folder.rename(folder.parent / "moved")
    code, found = genonaut("library", "check", "--repair")
    assert (code, found["missing"]) == (1, names(database))
    with pytest.raises(SystemExit) as ended:
        main(["library", "move-root", "mine", str(moved)])
    assert ended.value.code == 0
    assert genonaut("library", "check")[1]["found"] == names(database)
    assert genonaut("library", "check", "--repair")[0] == 0
    assert genonaut("library", "roots")[1]["mine"] == str(moved)


def test_a_moved_folder_that_is_imported_again_shows_the_same_items(
    database: Database, genonaut: Genonaut, folder: Path
) -> None:
    genonaut("import", folder, "--in-place")
    ids = run(database, "SELECT id FROM content_items_all ORDER BY id")
    moved = folder.rename(folder.parent / "moved")
    assert counts(genonaut("import", moved, "--in-place")[1], *WHAT) == [0, 3, 1, 0]
    assert names(database) == ["moved/a.png", "moved/b.png", "moved/inner/c.png"]
    assert run(database, "SELECT id FROM content_items_all ORDER BY id") == ids


def test_absolute_paths_of_earlier_imports_are_replaced(
    database: Database, genonaut: Genonaut, folder: Path
) -> None:
    genonaut("import", folder)
    run(database, "UPDATE content_items_all SET content_data = '/somewhere/' || id")
    assert counts(genonaut("import", folder)[1], *WHAT) == [0, 3, 1, 0]
    assert all(name.startswith("library/files/") for name in names(database))


def test_a_changed_file_is_a_new_item_and_the_old_says_that_its_file_is_missing(
    database: Database, genonaut: Genonaut, folder: Path
) -> None:
    genonaut("import", folder, "--in-place")
    old = (folder / "a.png").read_bytes()
    picture(folder / "a.png", "something else", 7)
    assert genonaut("library", "check")[1]["changed"] == ["pics/a.png"]
    assert counts(genonaut("import", folder, "--in-place")[1], *WHAT) == [1, 2, 1, 1]
    first, *others = names(database)
    assert re.fullmatch(r"pics/a\.png@[0-9a-f]{12}", first)
    assert others == ["pics/b.png", "pics/inner/c.png", "pics/a.png"]
    assert genonaut("library", "check")[1]["missing"] == [first]
    (folder / "back.png").write_bytes(old)
    assert counts(genonaut("import", folder, "--in-place")[1], *WHAT) == [0, 4, 1, 0]
    assert names(database)[0] == "pics/back.png"
    counted(database)


def test_one_file_and_two_creators(
    database: Database, genonaut: Genonaut, folder: Path, library: Path
) -> None:
    genonaut("import", folder, "--creator", "ada")
    assert genonaut("import", folder, "--creator", "bob")[1]["added"] == 3
    assert len(set(names(database))) == 3
    assert len(list((library / "files").glob("*/*"))) == 3
    run(database, "DELETE FROM users WHERE username = 'ada'")
    assert genonaut("library", "check")[0] == 0


def test_deleted_unreadable_and_odd_files(
    database: Database, genonaut: Genonaut, folder: Path
) -> None:
    genonaut("import", folder, "--in-place")
    (folder / "a.png").unlink()
    (folder / "b.png").unlink()
    (folder / "b.png").mkdir()
    (folder / "out.png").symlink_to(picture(folder.parent / "out.png", "outside", 9))
    picture(folder / os.fsdecode(b"caf\xe9.png"), "in Latin-1", 10)
    os.mkfifo(folder / "pipe.png")
    code, report = genonaut("import", folder, "--in-place")
    assert (code, counts(report, *WHAT)) == (3, [0, 1, 4, 0])
    assert report["files"][0]["reasons"] == {
        "a link out of the folder: import it without --in-place": 1,
        "its name is not UTF-8: rename it, or import it without --in-place": 1,
        "an HTML page: only PNG, JPEG, WebP, AVIF and GIF files are read": 1,
        "not a file": 1,
    }
    assert genonaut("library", "check")[1]["missing"] == ["pics/a.png", "pics/b.png"]
    assert genonaut("import", folder)[1]["added"] == 2


def test_a_lost_copy_is_seen_and_comes_back(
    database: Database, genonaut: Genonaut, folder: Path, library: Path
) -> None:
    genonaut("import", folder)
    lost, *_ = (library / "files").glob("*/*")
    lost.unlink()
    shutil.rmtree(library / "thumbs")
    found = genonaut("library", "check")[1]
    assert found["missing"] == [f"library/{lost.relative_to(library)}"]
    assert len(found["without_thumbnail"]) == 2
    assert genonaut("library", "check", "--repair")[1]["without_thumbnail"] == []
    assert counts(genonaut("import", folder)[1], *WHAT) == [0, 3, 1, 0]
    assert genonaut("library", "check")[0] == 0


def test_a_file_that_was_marked_as_missing_is_found_by_importing_again(
    database: Database, genonaut: Genonaut, folder: Path
) -> None:
    genonaut("import", folder, "--in-place")
    away = (folder / "a.png").rename(folder.parent / "a.png")
    assert genonaut("library", "check", "--repair")[1]["missing"] == ["pics/a.png"]
    away.rename(folder / "a.png")
    assert counts(genonaut("import", folder, "--in-place")[1], *WHAT) == [0, 3, 1, 0]
    assert genonaut("library", "check")[1]["found"] == []


def test_orphans_go_only_when_nothing_needs_them(
    database: Database, genonaut: Genonaut, folder: Path, library: Path
) -> None:
    genonaut("import", folder)
    kept, gone, undone = names(database)
    run(database, f"DELETE FROM content_items_all WHERE content_data = '{gone}'")
    run(
        database,
        "INSERT INTO deleted_items (id, deleted_by, item) SELECT id, creator_id, "
        f"to_jsonb(i) FROM content_items_all i WHERE content_data = '{undone}'",
    )
    run(database, f"DELETE FROM content_items_all WHERE content_data = '{undone}'")
    stray = library / "files/ab/stray.png"
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"x")
    found = genonaut("library", "check")[1]
    assert (found["unused"], found["stray"]) == ([gone], ["library/files/ab/stray.png"])
    genonaut("library", "check", "--repair")
    assert stray.exists(), "it is not an hour old"
    for path in (library / "files").glob("*/*"):
        os.utime(path, (0, 0))
    genonaut("library", "check", "--repair")
    left = {f"library/{path.relative_to(library)}" for path in (library / "files").glob("*/*")}
    assert left == {kept, undone}


@pytest.mark.parametrize(
    "arguments",
    [["--root", "x"], ["--in-place", "--root", "Not A Name"], ["--in-place", "--root", "library"]],
)
def test_roots_that_make_no_sense(
    database: Database, genonaut: Genonaut, folder: Path, arguments: list[str]
) -> None:
    assert genonaut("import", folder, *arguments)[0] == 2
    assert names(database) == []


def test_a_picture_without_data(database: Database, genonaut: Genonaut, tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "My cat.png")
    assert genonaut("import", tmp_path / "My cat.png", "--only-with-prompt")[0] == 3
    assert genonaut("import", tmp_path / "My cat.png")[0] == 0
    assert run(database, "SELECT title, prompt FROM content_items_all") == [("My cat", "")]


# What the pages serve of it


@pytest.fixture
def site(
    open_api: OpenApi, settings: Settings, database: Database, genonaut: Genonaut, library: Path
) -> httpx.Client:
    chosen = settings.library.model_copy(update={"folder": library})
    assert isinstance(chosen, LibrarySettings)
    return open_api(settings.model_copy(update={"library": chosen}), database)


def item_of(database: Database, prompt: str) -> int:
    return int(scalar(database, f"SELECT id FROM content_items_all WHERE prompt = '{prompt}'"))


def test_real_pictures_are_shown(
    site: httpx.Client, database: Database, genonaut: Genonaut, folder: Path
) -> None:
    genonaut("import", folder, "--in-place")
    page = site.get("/gallery").text
    assert "/gallery/pictures/" not in page
    assert page.count("/thumb?w=320") >= 3
    number = item_of(database, "picture a.png")
    [address] = re.findall(
        rf"/gallery/files/{number}/full\?v=\w+", site.get(f"/gallery/items/{number}").text
    )
    answer = site.get(address)
    assert answer.content == (folder / "a.png").read_bytes()
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"].endswith("immutable")
    part = site.get(address, headers={"Range": "bytes=0-7"})
    assert (part.status_code, part.content) == (206, b"\x89PNG\r\n\x1a\n")
    thumb = site.get(f"/gallery/files/{number}/thumb", params={"w": 640})
    assert thumb.headers["content-type"] == "image/webp"


def test_a_missing_file_is_said_to_be(
    site: httpx.Client, database: Database, genonaut: Genonaut, folder: Path
) -> None:
    genonaut("import", folder, "--in-place")
    number = item_of(database, "picture a.png")
    (folder / "a.png").rename(folder.parent / "elsewhere.png")
    page = site.get(f"/gallery/items/{number}").text
    assert "file is missing" in page
    assert "/gallery/pictures/" not in page
    assert site.get(f"/gallery/files/{number}/full").status_code == 404
    (folder / "a.png").symlink_to(folder.parent / "elsewhere.png")
    assert site.get(f"/gallery/files/{number}/full").status_code == 404
    (folder / "a.png").unlink()
    (folder / "a.png").write_text("<!doctype html><script>alert(1)</script>")
    assert site.get(f"/gallery/files/{number}/full").status_code == 404


NAMES = [
    'quo"te.png',
    "new\nline.png",
    "semi;colon.png",
    "été 猫.png",
    "<script>.png",
    "x.html",
    "%0d%0a.png",
]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", NAMES)
def test_a_download_has_a_safe_name(
    site: httpx.Client, database: Database, genonaut: Genonaut, tmp_path: Path, name: str
) -> None:
    picture(tmp_path / "odd" / name, "odd", len(name))
    if name.endswith(".html"):
        (tmp_path / "odd" / name).rename(tmp_path / "odd" / "x.html.png")
    genonaut("import", tmp_path / "odd", "--in-place")
    answer = site.get(f"/gallery/files/{item_of(database, 'odd')}/download")
    header = answer.headers["content-disposition"]
    assert header.startswith("attachment; filename")
    assert header.isascii()
    assert not set("\r\n") & set(header)
    assert unquote(header).rstrip('"').endswith(".png")
    assert answer.headers["content-security-policy"].endswith("sandbox")


def test_no_absolute_path_leaves_the_server(
    site: httpx.Client, database: Database, genonaut: Genonaut, folder: Path
) -> None:
    genonaut("import", folder, "--in-place")
    run(
        database,
        "UPDATE content_items_all "
        "SET content_data = '/home/ada/secret.png', path_thumb = '/srv/t.png'",
    )
    number = item_of(database, "picture a.png")
    for address in (
        "/api/v1/content/unified",
        f"/api/v1/content/{number}",
        "/gallery",
        f"/gallery/items/{number}",
    ):
        text = site.get(address).text
        assert "/home/ada" not in text, address
        assert "/srv/t.png" not in text, address
        assert str(folder) not in text, address
