"""CSV, TSV and JSON Lines files as records."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genonaut.errors import UnreadableInputError
from genonaut.ingest.records import Record, Reject
from genonaut.ingest.sources import open_table


def read(path: Path, content: bytes | str, encoding: str | None = None) -> list[Record | Reject]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(open_table(path, encoding))


def test_csv(tmp_path: Path):
    path = tmp_path / "a.CSV"
    assert read(path, '\ufeff Prompt ,UserName,seed\n"a, b",mara,1\n') == [
        Record(str(path), 2, {"prompt": "a, b", "username": "mara", "seed": "1"}, '"a, b",mara,1')
    ]


def test_tsv(tmp_path: Path):
    (record,) = read(tmp_path / "a.tsv", "prompt\ttitle\na, b\tc\n")
    assert isinstance(record, Record)
    assert record.fields == {"prompt": "a, b", "title": "c"}


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson"])
def test_json_lines(tmp_path: Path, name: str):
    path = tmp_path / name
    good = '{"Prompt": "a", "metadata": {"seed": 1}}'
    content = f'{good}\n\n{{"prompt"\n[1]\nNaN\n{good}'
    assert read(path, content) == [
        Record(str(path), 1, {"prompt": "a", "metadata": {"seed": 1}}, good),
        Reject(str(path), 3, "the line is not valid JSON: Expecting ':' delimiter", '{"prompt"'),
        Reject(str(path), 4, "the line is not a JSON object", "[1]"),
        Reject(str(path), 5, "NaN is not valid JSON", "NaN"),
        Record(str(path), 6, {"prompt": "a", "metadata": {"seed": 1}}, good),
    ]


def test_an_undecodable_byte_rejects_its_row_only(tmp_path: Path):
    rows = read(tmp_path / "a.csv", "prompt,title\ngood,1\ncafé,2\nfine,3\n".encode("latin-1"))
    assert [(row.line, isinstance(row, Record)) for row in rows] == [
        (2, True),
        (3, False),
        (4, True),
    ]
    assert isinstance(rows[1], Reject)
    assert "0xE9" in rows[1].reason
    assert "--encoding" in rows[1].reason


def test_the_right_encoding_makes_it_good(tmp_path: Path):
    (row,) = read(tmp_path / "a.csv", "prompt\ncafé\n".encode("latin-1"), "latin-1")
    assert isinstance(row, Record)
    assert row.fields == {"prompt": "café"}


PNG_BEGINNING = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "is empty"),
        ("a.jsonl", b"", "is empty"),
        ("a.csv", b"\n\r\n\n", "only empty lines"),
        ("a.jsonl", b"\n  \n", "only empty lines"),
        ("a.csv", b"title,seed\nx,1\n", "no column `prompt`.*'title', 'seed'"),
        ("a.csv", b"words;title\nx;y\n", "no column `prompt`.*'words;title'"),
        ("a.csv", b'"prompt,title\nx,y\n', "no column `prompt`"),
        ("a.csv", b"prompt,Prompt\nx,y\n", "two columns named 'prompt'"),
        ("a.csv", PNG_BEGINNING, "binary"),
        ("a.jsonl", PNG_BEGINNING, "binary"),
        ("a.csv.gz", gzip.compress(b"prompt\n" * 99, mtime=0)[:30], "damaged gzip file"),
        ("a.csv", gzip.compress(b"prompt\n" * 99, mtime=0)[:8], "damaged gzip file"),
        ("a.csv", "prompt\nx\n".encode("utf-16-le"), "utf-16-le"),
        ("a.jsonl", b'[\n{"prompt": "x"}\n]\n', "jq -c"),
        ("a.txt", b"prompt\nx\n", r"\.csv"),
        ("prompts", b"prompt\nx\n", r"\.csv"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, name: str, content: bytes, message: str):
    with pytest.raises(UnreadableInputError, match=message) as unreadable:
        read(tmp_path / name, content)
    assert name in str(unreadable.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "prompt,title\nx y,z\n"),
        ("a.csv", "prompt;title\nx y;z\n"),
        ("a.csv", "prompt|title\nx y|z\n"),
        ("a.csv", "prompt\ttitle\nx y\tz\n"),
        ("a.tsv", "prompt,title\nx y,z\n"),
        ("a.csv", "\n\nprompt;title\n\n;\nx y;z\n;;;;\n"),
        ("a.csv", "sep=;\nprompt;title\nx y;z\n"),
        ("a.csv", '"sep=|"\r\nprompt|title\r\nx y|z\r\n'),
        ("a.csv", "sep=\t\nprompt\ttitle\nx y\tz\n"),
        ("a.csv", '"prompt";"title"\n"x y";"z"\n"";""\n'),
    ],
)
def test_what_separates_the_columns(tmp_path: Path, name: str, content: str):
    for path, packed in ((name, content.encode()), (f"{name}.gz", gzip.compress(content.encode()))):
        (row,) = read(tmp_path / path, packed)
        assert isinstance(row, Record)
        assert row.fields == {"prompt": "x y", "title": "z"}
        last = content.rstrip('\r\n;"').count("\n") + 1
        assert row.line == last


def test_decimals_have_commas_where_columns_have_semicolons(tmp_path: Path):
    content = b"prompt;quality_score;created_at;note\n1,5;0,87;45356,5;1,5\n"
    (row,) = read(tmp_path / "a.csv", content)
    assert isinstance(row, Record)
    assert list(row.fields.values()) == ["1,5", "0.87", "45356.5", "1,5"]


def test_a_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(UnreadableInputError, match="does not exist"):
        open_table(tmp_path / "missing.csv")


def test_something_that_is_no_file():
    with pytest.raises(UnreadableInputError, match="is not a regular file"):
        open_table(Path("/dev/null"))


def test_a_nul_in_a_row_does_not_make_the_file_binary(tmp_path: Path):
    assert len(read(tmp_path / "a.csv", b"prompt\na\0b\ngood\n")) == 2
    assert len(read(tmp_path / "a.jsonl", b'{"prompt": "x"}\n\0\n')) == 2


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables")


@given(st.binary(), st.sampled_from([".csv", ".tsv", ".jsonl"]))
def test_any_bytes_after_a_good_beginning(folder: Path, garbage: bytes, ending: str):
    first = b'{"prompt": "x"}' if ending == ".jsonl" else b"prompt"
    last = b'{"prompt": "last"}' if ending == ".jsonl" else b"last"
    rows = read(folder / f"any{ending}", first + b"\n" + garbage + b"\n" + last + b"\n")
    assert isinstance(rows[-1], Record)
    assert rows[-1].fields == {"prompt": "last"}
    json.dumps([row.raw for row in rows])
