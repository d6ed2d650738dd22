"""Pictures that are something else as well, folders that move, and files that cannot be read."""

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from genonaut.config import Settings
from genonaut.db.session import Database
from tests.integration.test_library import (
    counts,
    genonaut,
    item_of,
    library,
    picture,
    site,
)
from tests.support.api import OpenApi
from tests.support.commands import Genonaut
from tests.support.conventions import Shot, graph
from tests.support.rows import run, scalar

__all__ = ["genonaut", "library", "site"]
WHAT = ("added", "already_there", "rejected", "changed")
SCRIPT = "<html><script>alert(document.domain)</script><?php system($_GET['c']); ?></html>"
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">{SCRIPT}</svg>'


def polyglots(folder: Path) -> dict[str, str]:
    """Images that are pages and programs to a reader who guesses; the type that each has."""
    folder.mkdir()
    image = Image.new("RGB", (12, 8), "teal")
    image.save(folder / "gif.html.gif", comment=SCRIPT.encode())
    image.save(folder / "jpeg.php.jpg", comment=SCRIPT.encode())
    with (folder / "jpeg.php.jpg").open("ab") as file:
        file.write(SCRIPT.encode())
    texts = PngInfo()
    texts.add_text("Comment", SCRIPT)
    texts.add_text("parameters", f"{SCRIPT}\nSteps: 20, Seed: 1")
    image.save(folder / "png.svg.png", pnginfo=texts)
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = SCRIPT
    image.save(folder / "webp.png", "WEBP", exif=exif)
    return {"gif.html": "image/gif", "jpeg.php": "image/jpeg", "png.svg": "image/png",
            "webp": "image/webp"}  # fmt: skip


@pytest.mark.parametrize("manner", [[], ["--in-place"]], ids=["copied", "in place"])
def test_polyglots_are_images_and_nothing_else(
    site: httpx.Client, database: Database, genonaut: Genonaut, tmp_path: Path, manner: list[str]
) -> None:
    types = polyglots(tmp_path / "odd")
    code, report = genonaut("import", tmp_path / "odd", *manner)
    assert (code, report["added"]) == (0, len(types)), report["files"][0]["reasons"]
    for item, name in run(database, "SELECT id, content_data FROM content_items_all"):
        answer = site.get(f"/gallery/files/{item}/full")
        assert answer.headers["content-type"] in types.values(), name
        if manner:
            kind = next(found for start, found in types.items() if f"/{start}." in name)
            assert answer.headers["content-type"] == kind
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].endswith("sandbox")
        assert SCRIPT.encode() not in site.get(f"/gallery/files/{item}/thumb?w=320").content
        assert "<script>alert" not in site.get(f"/gallery/items/{item}").text
    assert "<script>alert" not in site.get("/gallery").text


def test_pages_and_drawings_with_a_script_are_never_served(
    site: httpx.Client, database: Database, genonaut: Genonaut, tmp_path: Path
) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    for name in ("a.svg", "b.png", "c.html", "d.gif"):
        (folder / name).write_text(SVG if name != "c.html" else SCRIPT)
    code, report = genonaut("import", folder, "--in-place")
    assert (code, counts(report, *WHAT)) == (3, [0, 0, 3, 0])
    picture(folder / "e.png", "good", 5)
    genonaut("import", folder, "--in-place")
    number = item_of(database, "good")
    for named in (
        "odd/a.svg",
        "odd/c.html",
        "odd/b.png",
        "odd/../odd/e.png",
        str(folder / "e.png"),
    ):
        changed = site.put(f"/api/v1/content/{number}", json={"content_data": named})
        run(database, "UPDATE content_items_all SET content_data = %s", named)
        assert changed.status_code < 500
        assert site.get(f"/gallery/files/{number}/full").status_code == 404, named


def test_the_workflow_is_given_back_as_it_was(
    site: httpx.Client, database: Database, genonaut: Genonaut, tmp_path: Path
) -> None:
    workflow = {"nodes": [{"id": 3, "type": "KSampler"}], "links": [], "version": 0.4}
    shot = Shot("a graph", "text", 5, 20, 7.0, "plain", None, 9, 9)
    texts = PngInfo()
    texts.add_text("prompt", json.dumps(graph(shot)))
    texts.add_text("workflow", json.dumps(workflow))
    (tmp_path / "w").mkdir()
    Image.new("RGB", (9, 9)).save(tmp_path / "w/with.png", pnginfo=texts)
    picture(tmp_path / "w/without.png", "no graph", 3)
    assert genonaut("import", tmp_path / "w")[1]["added"] == 2
    answer = site.get(f"/gallery/items/{item_of(database, 'a graph')}/workflow.json")
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.json() == workflow
    without = site.get(f"/gallery/items/{item_of(database, 'no graph')}/workflow.json")
    assert without.status_code == 404


@pytest.mark.parametrize("named", ["absolute", "relative", "below"])
def test_the_images_folder_is_a_root(
    open_api: OpenApi,
    settings: Settings,
    database: Database,
    genonaut: Genonaut,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    named: str,
) -> None:
    """However it is named; and shown again after the folder moved and the setting followed."""
    file = picture(tmp_path / "images/inner/plain.png", "plain", 4)
    below = {"absolute": tmp_path / "images", "relative": Path("images"), "below": file.parent}

    def shows(images: Path) -> bytes:
        gallery = settings.gallery.model_copy(update={"images_folder": images})
        client = open_api(settings.model_copy(update={"gallery": gallery}), database)
        number = item_of(database, "plain")
        page = client.get(f"/gallery/items/{number}").text
        assert f"/gallery/files/{number}/full" in page
        assert "/gallery/pictures/" not in page + client.get("/gallery").text
        return client.get(f"/gallery/files/{number}/full").content

    monkeypatch.setenv("GENONAUT_GALLERY_IMAGES_FOLDER", str(tmp_path / "images"))
    assert genonaut("import", below[named], "--in-place")[1]["added"] == 1
    assert shows(tmp_path / "images") == file.read_bytes()
    moved = (tmp_path / "images").rename(tmp_path / "moved")
    monkeypatch.setenv("GENONAUT_GALLERY_IMAGES_FOLDER", str(moved))
    command = [sys.executable, "-m", "genonaut", "import", str(moved), "--in-place", "--json"]
    report = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert counts(report, *WHAT) == [0, 1, 0, 0]
    assert shows(moved) == (moved / "inner/plain.png").read_bytes()
    assert scalar(database, "SELECT count(*) FROM content_items_all") == 1
