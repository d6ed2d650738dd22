"""The rejects file."""

import json
from pathlib import Path

import pytest

from genonaut.errors import UsageError
from genonaut.ingest.records import Reject
from genonaut.ingest.rejects import Rejects


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_there_is_none_without_a_reject(tmp_path: Path):
    with Rejects([Path("a.csv")]):
        pass
    assert list(tmp_path.iterdir()) == []


def test_it_says_where_and_why():
    source = Path("some/where/a.csv")
    Path("a.csv.rejects.jsonl").write_text("from an earlier import\n")
    with Rejects([source]) as rejects:
        rejects.write(source, Reject("some/where/a.csv", 7, "prompt is empty", "caf\udce9 ü"))
        rejects.write(source, Reject("some/where/a.csv", 9, "prompt is empty", ""))
    lines = Path("a.csv.rejects.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[0]) == {
        "file": "some/where/a.csv",
        "line": 7,
        "reason": "prompt is empty",
        "raw": "caf\\xe9 ü",
    }
    assert len(lines) == 2


def test_a_folder_is_called_by_its_name(tmp_path: Path):
    assert Rejects([]).path_for(Path()) == Path(f"{tmp_path.name}.rejects.jsonl")


def test_one_file_for_all():
    sources = [Path("a.csv"), Path("b.csv")]
    with Rejects(sources, Path("all.jsonl")) as rejects:
        for source in sources:
            rejects.write(source, Reject(str(source), 2, "why"))
    assert len(Path("all.jsonl").read_text().splitlines()) == 2


def test_files_of_the_same_name_share_one():
    sources = [Path("x/a.csv"), Path("y/a.csv")]
    with Rejects(sources) as rejects:
        for source in sources:
            rejects.write(source, Reject(str(source), 2, "why"))
    assert len(Path("a.csv.rejects.jsonl").read_text().splitlines()) == 2


@pytest.mark.parametrize(
    ("sources", "chosen"),
    [(["a.jsonl"], "./a.jsonl"), (["a.csv", "a.csv.rejects.jsonl"], None)],
)
def test_an_input_is_never_written_over(sources: list[str], chosen: str | None):
    with pytest.raises(UsageError, match="choose another file with --rejects"):
        Rejects([Path(source) for source in sources], Path(chosen) if chosen else None)


def test_a_file_that_cannot_be_written():
    source = Path("a.csv")
    with (
        Rejects([source], Path("no/such/folder.jsonl")) as rejects,
        pytest.raises(UsageError, match="cannot be written"),
    ):
        rejects.write(source, Reject("a.csv", 2, "why"))
