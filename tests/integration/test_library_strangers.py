"""Pictures that are something else as well, folders that move, and files that cannot be read."""

import json
from collections import Counter
from pathlib import Path

import httpx
import pytest
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from genonaut.db.session import Database
from genonaut.ingest.taking import BROKEN, ONLY
from genonaut.library.store import ENDINGS
from tests.integration.test_library import (
    counts,
    genonaut,
    item_of,
    library,
    picture,
    site,
)
from tests.support.commands import Genonaut
from tests.support.conventions import Shot, graph
from tests.support.rows import run

__all__ = ["genonaut", "library", "site"]
WHAT = ("added", "already_there", "rejected", "changed")
SCRIPT = "<html><script>alert(document.domain)</script><?php system($_GET['c']); ?></html>"
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">{SCRIPT}</svg>'


def polyglots(folder: Path) -> dict[str, str]:
    """Images that are pages and programs to a reader who guesses; the type that each name has."""
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
    image.save(folder / "avif.jpg", "AVIF", exif=exif)
    return {"gif.html.gif": "image/gif", "jpeg.php.jpg": "image/jpeg", "png.svg.png": "image/png",
            "webp.png": "image/webp", "avif.jpg": "image/avif"}  # fmt: skip


@pytest.mark.parametrize("manner", [[], ["--in-place"]], ids=["copied", "in place"])
def test_polyglots_are_images_and_nothing_else(
    site: httpx.Client, database: Database, genonaut: Genonaut, tmp_path: Path, manner: list[str]
) -> None:
    types = polyglots(tmp_path / "odd")
    sent = {(tmp_path / "odd" / name).read_bytes(): kind for name, kind in types.items()}
    code, report = genonaut("import", tmp_path / "odd", *manner)
    assert (code, report["added"]) == (0, len(types)), report["files"][0]["reasons"]
    seen = []
    for item, name in run(database, "SELECT id, content_data FROM content_items_all"):
        answer = site.get(f"/gallery/files/{item}/full")
        kind = sent[answer.content]
        seen.append(kind)
        assert answer.headers["content-type"] == kind
        assert manner or name.endswith(ENDINGS[kind])
        saved = site.get(f"/gallery/files/{item}/download").headers["content-disposition"]
        assert saved.rstrip('"').endswith(ENDINGS[kind])
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].endswith("sandbox")
        assert SCRIPT.encode() not in site.get(f"/gallery/files/{item}/thumb?w=320").content
        assert "<script>alert" not in site.get(f"/gallery/items/{item}").text
    assert sorted(seen) == sorted(types.values())
    assert "<script>alert" not in site.get("/gallery").text


NO_PICTURES = {
    "a.svg": (SVG, f"an SVG drawing: {ONLY}"),
    "b.png": (SCRIPT, f"an HTML page: {ONLY}"),
    "d.gif": (SVG, f"an SVG drawing: {ONLY}"),
    "f.webp": (f"<?xml version='1.0'?><a>{SCRIPT}</a>", f"an XML document: {ONLY}"),
    "g.jpg": ("<?php system($_GET['c']); ?>", BROKEN),
}


def test_pages_and_drawings_with_a_script_are_never_served(
    site: httpx.Client, database: Database, genonaut: Genonaut, tmp_path: Path
) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "c.html").write_text(SCRIPT)
    for name, (content, _) in NO_PICTURES.items():
        (folder / name).write_text(content)
    code, report = genonaut("import", folder, "--in-place")
    assert (code, counts(report, *WHAT)) == (3, [0, 0, len(NO_PICTURES), 0])
    assert report["files"][0]["reasons"] == Counter(reason for _, reason in NO_PICTURES.values())
    assert report["files"][0]["skipped"] == {".html": 1}
    picture(folder / "e.png", "good", 5)
    genonaut("import", folder, "--in-place")
    number = item_of(database, "good")
    address = f"/api/v1/content/{number}"
    others = ("odd/c.html", "odd/../odd/e.png", str(folder / "e.png"))
    for named in (*(f"odd/{name}" for name in NO_PICTURES), *others):
        assert site.put(address, json={"content_data": named}).status_code == 405
        assert site.patch(address, json={"content_data": named}).status_code == 422
        assert site.get(address).json()["content_data"] == "odd/e.png", "no route changes it"
        run(database, "UPDATE content_items_all SET content_data = %s", named)
        assert site.get(f"/gallery/files/{number}/full").status_code == 404, named
        assert site.get(f"/gallery/files/{number}/thumb").status_code == 404, named
        run(database, "UPDATE content_items_all SET content_data = 'odd/e.png'")
    assert site.get(f"/gallery/files/{number}/full").status_code == 200


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
