"""Encodings, marks and lines."""

import codecs
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.database import InMemoryExampleDatabase

from genonaut.errors import UnreadableInputError, UsageError
from genonaut.ingest.records import storable
from genonaut.ingest.text import LONGEST_RECORD, TextFile


def write(folder: Path, content: bytes) -> Path:
    path = folder / "file.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_byte_order_marks_are_honoured(tmp_path: Path, mark: bytes, encoding: str):
    path = write(tmp_path, mark + "é,ü\n\ufeffö\n".encode(encoding))
    assert list(TextFile(path).lines()) == ["é,ü\n", "\ufeffö\n"]


def test_an_encoding_that_is_named_overrides_the_mark(tmp_path: Path):
    path = write(tmp_path, codecs.BOM_UTF8 + b"\xc3\xa9\n")
    assert list(TextFile(path, "latin-1").lines()) == ["ï»¿Ã©\n"]
    assert list(TextFile(path, "utf-8").lines()) == ["é\n"]


@pytest.mark.parametrize("encoding", ["no-such", "hex", "idna", "undefined", ""])
def test_encodings_that_are_none(tmp_path: Path, encoding: str):
    path = write(tmp_path, b"a")
    if encoding:
        with pytest.raises(UsageError, match="Unknown text encoding"):
            TextFile(path, encoding)
    else:
        assert TextFile(path, encoding).encoding == "utf-8"


def test_an_undecodable_byte_is_named_and_the_other_lines_are_good(tmp_path: Path):
    file = TextFile(write(tmp_path, b"good\ncaf\xe9\nfine\n"))
    good, bad, fine = file.lines()
    assert (good, fine) == ("good\n", "fine\n")
    assert storable(bad) == "caf\\xe9\n"
    assert file.problem(good) is None
    assert file.problem(bad) == (
        "byte 0xE9 is not valid utf-8: choose the file's encoding with --encoding"
    )


def test_half_a_utf_16_character_at_the_end(tmp_path: Path):
    file = TextFile(write(tmp_path, codecs.BOM_UTF16_LE + "ok\n".encode("utf-16-le") + b"\x41"))
    lines = list(file.lines())
    assert lines[0] == "ok\n"
    assert [file.problem(line) is None for line in lines] == [True, False]


def test_a_codec_that_gives_up(tmp_path: Path):
    file = TextFile(write(tmp_path, b"no mark here\n"), "utf-16")
    with pytest.raises(UnreadableInputError, match="choose another encoding"):
        list(file.lines())


def test_a_line_that_is_too_long_is_cut_and_the_next_is_whole(tmp_path: Path):
    file = TextFile(write(tmp_path, b"x" * (3 * LONGEST_RECORD) + b"\nnext\n"))
    long, following = file.lines()
    assert len(long) == LONGEST_RECORD
    assert file.problem(long) == "longer than 1,048,576 characters"
    assert following == "next\n"


def test_a_file_of_0_bytes(tmp_path: Path):
    with pytest.raises(UnreadableInputError, match="0 bytes"):
        TextFile(write(tmp_path, b""))


def test_position_reaches_the_size(tmp_path: Path):
    file = TextFile(write(tmp_path, b"a\nb\nc\n"))
    assert (file.position, file.size) == (0, 6)
    assert sum(1 for _ in file.lines()) == 3
    assert file.position == 6


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("text")


@settings(database=InMemoryExampleDatabase())
@given(st.binary(min_size=1), st.sampled_from([None, "utf-8", "utf-16-le", "utf-32", "cp1252"]))
def test_any_bytes_are_lines_or_unreadable(folder: Path, content: bytes, encoding: str | None):
    try:
        for line in TextFile(write(folder, content), encoding).lines():
            storable(line).encode()
    except UnreadableInputError as error:
        str(error).encode()
