"""Files that other programs write, and the items that an import makes of them.

`tests/cases/expected.json` has for each file or folder its items in order: the values that each has
(null: the item has no such value), or the reason for which a row is rejected.
"""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from genonaut.db.session import Database
from genonaut.ingest.importer import import_paths
from genonaut.ingest.rows import Defaults
from genonaut.library.roots import Library
from tests.support.galleries import read
from tests.support.kinds import png

CASES = Path(__file__).parents[1] / "cases"
EXPECTED: dict[str, list[dict[str, Any] | str]] = json.loads(
    (CASES / "expected.json").read_text(encoding="utf-8")
)
ITEMS = text(
    """
    SELECT item_metadata || jsonb_build_object(
        'prompt', prompt, 'creator', username, 'quality_score', quality_score,
        'created_at', items.created_at AT TIME ZONE 'UTC',
        'tags', ARRAY(SELECT name FROM content_tags JOIN tags ON tags.id = tag_id
                      WHERE content_id = items.id ORDER BY name))
    FROM content_items_all AS items JOIN users ON users.id = creator_id ORDER BY items.id"""
)


def imported(database: Database, path: Path) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """The items of a path, and the reasons of its rejects."""
    with database.engine.connect() as connection:
        [file] = import_paths(
            connection, [path], library=Library(Path.cwd() / "library"), defaults=Defaults("case")
        ).files
    assert file.error is None
    with database.transaction() as session:
        return list(session.scalars(ITEMS)), dict(file.reasons)


def test_every_file_has_its_answer() -> None:
    folders = {path.parent.relative_to(CASES) for path in CASES.glob("*/*")}
    named = {str(path.relative_to(CASES)) for path in CASES.glob("*/*")}
    named -= {"search/search.jsonl", "search/queries.jsonl"}  # other tests have these
    named -= {"ops/clock.sql", "access/matrix.txt", "older_client/requests.json"}
    named -= {"distributed/distribute.sql"}
    assert folders
    assert named == {
        name
        for case in EXPECTED
        for name in (
            [f"{case}/{path.name}" for path in (CASES / case).iterdir()]
            if (CASES / case).is_dir()
            else [case]
        )
    }


@pytest.mark.parametrize("case", EXPECTED)
def test_a_file_of_another_program(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    monkeypatch.chdir(tmp_path)
    items, reasons = imported(database, CASES / case)
    wanted = [each for each in EXPECTED[case] if isinstance(each, dict)]
    rejected = [each for each in EXPECTED[case] if isinstance(each, str)]
    for item in items:
        item["created_at"] += "+00:00"
    found = [
        {name: item.get(name) for name in each} for each, item in zip(wanted, items, strict=False)
    ]
    assert found == wanted
    assert len(items) == len(wanted)
    assert sum(reasons.values()) == len(rejected)
    assert set(reasons) == set(rejected)


HINDI = "हिन्दी कविता की रात"
BOTH_CAFES = ["cafe\u0301 terrace at night", "café terrace by day"]


@pytest.mark.parametrize(
    ("term", "found"),
    [
        *((term, [HINDI]) for term in ("हिन्दी", "कविता", '"कविता की"', "की हिन्दी", HINDI)),
        ("कवि", []),
        *((term, BOTH_CAFES) for term in ("café", "cafe\u0301", "CAFÉ", '"CAFE\u0301 terrace"')),
        *((term, []) for term in ('"', '""', "!!!", '" !')),
    ],
)
def test_a_search_of_the_case(
    client: httpx.Client, database: Database, term: str, found: list[str]
):
    imported(database, CASES / "search/search.jsonl")
    page = read(client, {"search_term": term, "sort_order": "asc", "page_size": 100})
    by_id = sorted(page["items"], key=lambda item: item["id"])
    assert [item["prompt"] for item in by_id] == found


def test_a_picture_from_before_1970_is_imported(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    copy = Path(shutil.copy(CASES / "images/plain.png", tmp_path))
    os.utime(copy, (-3600, -3600))
    [item], reasons = imported(database, copy)
    assert (item["prompt"], reasons) == ("a lighthouse at dusk", {})
    assert item["created_at"] > "2024"


def test_a_picture_without_a_prompt_is_found_by_its_name(
    client: httpx.Client, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "harbour at night.png"
    path.write_bytes(png())
    [item], reasons = imported(database, path)
    assert (item["prompt"], reasons) == ("", {})
    [found] = read(client, {"search_term": "harbour night"})["items"]
    assert (found["prompt"], found["title"]) == ("", "harbour at night")
    assert client.get(f"/gallery/items/{found['id']}").status_code == 200
    assert client.get(f"/gallery/pictures/{found['id']}.svg").status_code == 200
    assert client.get("/gallery?view=list").status_code == 200
