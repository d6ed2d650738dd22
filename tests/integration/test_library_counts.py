"""Counts, totals and pages are those of SQL at every moment, while pictures come, move and go."""

import re
import shutil
from pathlib import Path

import httpx
import pytest

from genonaut.config import Settings
from genonaut.db.session import Database
from tests.integration.test_library import (
    counts,
    genonaut,
    item_of,
    library,
    names,
    picture,
    site,
)
from tests.integration.test_upload import URL, form, results
from tests.support.agreement import agreeing_throughout
from tests.support.commands import Genonaut
from tests.support.galleries import UNIFIED
from tests.support.rows import scalar

__all__ = ["genonaut", "library", "site"]

PICTURES = 30
WHAT = ("added", "already_there", "rejected", "changed")


def folder_of(tmp_path: Path, name: str, first_seed: int) -> Path:
    for number in range(PICTURES):
        picture(tmp_path / name / f"{number:02}.png", f"{name} {number}", first_seed + number)
    return tmp_path / name


def says(site: httpx.Client, database: Database) -> int:
    """The number of items, which the API and the page have to know as well."""
    there = int(scalar(database, "SELECT count(*) FROM content_items_all"))
    assert site.get(UNIFIED).json()["pagination"]["total_count"] == there
    stats = site.get("/api/v1/content/stats/unified").json()
    assert stats["community_regular_count"] + stats["community_auto_count"] == there
    page = site.get("/gallery").text
    assert set(re.findall(r"([\d,]+) results? matching filters", page)) == {f"{there}"}
    return there


def test_pictures_come_copied_in_place_and_by_upload(
    site: httpx.Client,
    settings: Settings,
    database: Database,
    genonaut: Genonaut,
    tmp_path: Path,
) -> None:
    one, two = folder_of(tmp_path, "one", 0), folder_of(tmp_path, "two", 1000)
    ada = ("import", one, "--creator", "ada")
    bob = ("import", two, "--creator", "bob", "--source", "auto", "--in-place")
    assert says(site, database) == 0
    with agreeing_throughout(database, settings) as seen:
        for command in (ada, bob):
            assert counts(genonaut(*command)[1], *WHAT) == [PICTURES, 0, 0, 0]
            assert counts(genonaut(*command)[1], *WHAT) == [0, PICTURES, 0, 0]
        assert says(site, database) == 2 * PICTURES
        sent = form(
            ("new.png", picture(tmp_path / "new.png", "new", 5000).read_bytes()),
            ("known.png", (one / "00.png").read_bytes()),
            ("half.png", (one / "01.png").read_bytes()[:-20]),
        )
        answers = results(site.post(URL, files=sent, data={"creator": "ada"}))
        assert [one["result"] for one in answers] == ["added", "already_there", "rejected"]
        assert site.delete(f"/api/v1/content/{item_of(database, 'one 7')}").status_code == 200
        assert counts(genonaut(*ada)[1], *WHAT) == [1, PICTURES - 1, 0, 0]
    assert says(site, database) == 2 * PICTURES + 1
    assert (min(seen), max(seen)) == (0, 2 * PICTURES + 1)
    assert genonaut("stats", "check")[0] == 0


@pytest.mark.long
def test_files_change_move_and_go(
    site: httpx.Client,
    settings: Settings,
    database: Database,
    genonaut: Genonaut,
    tmp_path: Path,
) -> None:
    two = folder_of(tmp_path, "two", 1000)
    genonaut("import", two, "--in-place")
    with agreeing_throughout(database, settings) as seen:
        (two / "00.png").unlink()
        changed = picture(two / "01.png", "changed", 2001)
        written = picture(tmp_path / "whole.png", "written slowly", 2002).read_bytes()
        (two / "slow.png").write_bytes(written[:60])
        code, report = genonaut("import", two, "--in-place")
        assert (code, counts(report, *WHAT)) == (3, [1, PICTURES - 2, 1, 1])
        (two / "slow.png").write_bytes(written)
        assert counts(genonaut("import", two, "--in-place")[1], *WHAT) == [1, PICTURES - 1, 0, 0]
        assert says(site, database) == PICTURES + 2

        [old] = [name for name in names(database) if "@" in name]
        gone = ["two/00.png", old]
        code, found = genonaut("library", "check", "--repair")
        assert (code, found["missing"]) == (1, gone)
        moved = two.rename(tmp_path / "moved")
        assert len(genonaut("library", "check", "--repair")[1]["missing"]) == PICTURES + 2
        assert genonaut("library", "move-root", "two", moved, json_too=False)[0] == 0
        code, found = genonaut("library", "check", "--repair")
        assert (code, found["missing"], found["found"]) == (1, gone, [])
        assert counts(genonaut("import", moved, "--in-place")[1], *WHAT) == [0, PICTURES, 0, 0]

        again = shutil.copytree(moved, tmp_path / "again")
        shutil.rmtree(moved)
        assert counts(genonaut("import", again, "--in-place")[1], *WHAT) == [0, PICTURES, 0, 0]
        assert names(database).count("again/01.png") == 1
        assert (
            site.get(f"/gallery/files/{item_of(database, 'changed')}/full").content
            == (again / changed.name).read_bytes()
        )
        assert says(site, database) == PICTURES + 2
    assert set(seen) >= {PICTURES, PICTURES + 2}
    assert genonaut("stats", "check")[0] == 0
