"""Pictures and their texts: one file, or a folder of them."""

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from genonaut.ingest.folders import Folder
from genonaut.ingest.pictures import PICTURES
from genonaut.ingest.records import Reject
from genonaut.ingest.rows import ImportRow
from genonaut.ingest.taking import BROKEN, GROWING
from tests.support.taking import take_folder, take_one
from tests.unit.test_programs_comfyui import TXT2IMG

PARAMETERS = """a cat, (best:1.2)
on a sofa
Negative prompt: ugly,
blurry
Steps: 20, Sampler: Euler a, CFG scale: 7.5, Seed: 123, Size: 512x768, Model hash: 0012, \
Model: "sd, 1.5", Lora hashes: "a: 1, b: 2", Version: v1.6.0"""


def png(path: Path, size: tuple[int, int] = (8, 6), **texts: str) -> Path:
    info = PngInfo()
    for name, text in texts.items():
        info.add_text(name, text)
    Image.new("RGB", size).save(path, "PNG", pnginfo=info)
    return path


def taken(path: Path) -> ImportRow:
    row = take_one(path)
    assert isinstance(row, ImportRow)
    return row


def test_a_folder(tmp_path: Path):
    (tmp_path / "inner").mkdir()
    first = png(tmp_path / "a.png", parameters="a cat\nSteps: 20, Seed: 1, Size: 8x6")
    second = png(tmp_path / "inner" / "b.PNG", prompt=json.dumps(TXT2IMG), workflow="{}")
    plain = png(tmp_path / "plain.png")
    broken = tmp_path / "truncated.png"
    broken.write_bytes(first.read_bytes()[:-20])
    (tmp_path / "notes.txt").write_text("not a picture")
    os.utime(first, (1660001285, 1660001285))

    folder = Folder(str(tmp_path), PICTURES, "")
    assert [Path(file.path) for file in folder] == [first, plain, broken, second]
    assert folder.others == {".txt": 1}

    row, without, damaged, graph = take_folder(tmp_path)
    assert isinstance(row, ImportRow)
    assert (row.line, row.prompt, row.content_data) == (None, "a cat", "pics/a.png")
    assert row.created_at == datetime(2022, 8, 8, 23, 28, 5, tzinfo=UTC)
    assert row.metadata == {
        "program": "AUTOMATIC1111", "steps": 20, "seed": 1, "width": 8, "height": 6,
    }  # fmt: skip
    assert isinstance(graph, ImportRow)
    assert graph.content_data == "pics/inner/b.PNG"
    assert isinstance(without, ImportRow)
    assert (without.prompt, without.title) == ("", "plain")
    assert isinstance(damaged, Reject)
    assert damaged.reason == BROKEN
    refused = take_folder(tmp_path, only_with_prompt=True)[1]
    assert isinstance(refused, Reject)
    assert refused.reason == "no generation data of a known program"


def test_what_cannot_be_opened_is_a_reject(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    png(tmp_path / "good.png", parameters="a cat")
    (tmp_path / "dangling.png").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "closed").mkdir()
    scandir = os.scandir

    def closed(path: str) -> object:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    listed = Folder(str(tmp_path), PICTURES, "")
    assert [error.filename for error in listed.unlisted] == [str(tmp_path / "closed")]
    rows = take_folder(tmp_path)
    assert [row.content_data for row in rows if isinstance(row, ImportRow)] == ["pics/good.png"]
    assert {Path(row.file).name: row.reason for row in rows if isinstance(row, Reject)} == {
        "dangling.png": "cannot be read: No such file or directory",
        "pipe.png": "not a file",
    }
    with pytest.raises(PermissionError):
        Folder(str(tmp_path / "closed"), PICTURES, "")


def test_folders_deeper_than_the_interpreter_may_recurse(tmp_path: Path):
    deep = [tmp_path / ("d/" * depth) for depth in range(1, 1500)]
    for folder in deep:
        folder.mkdir()
    png(deep[0] / "a.png")
    found = [Path(file.path).name for file in Folder(str(tmp_path), PICTURES, "")]
    os.removedirs(deep[-1])  # the test runner would recurse
    assert found == ["a.png"]


def test_a_date_that_the_database_cannot_hold(tmp_path: Path):
    path = png(tmp_path / "a.png")
    os.utime(path, (0, 13_569_465_600))  # the year 2400
    row = taken(path)
    assert row.file is not None
    assert row.file.modified_ns < 1 << 63
    assert row.created_at is None
    (found,) = Folder(str(tmp_path), PICTURES, "")
    assert found.modified_ns == row.file.modified_ns


def test_a_copy_is_the_same_image(tmp_path: Path):
    first = png(tmp_path / "a.png", parameters="a cat")
    shutil.copy(first, tmp_path / "b.png")
    os.utime(first, (0, 0))
    png(tmp_path / "c.png", (9, 9), parameters="a cat")
    rows = [row for row in take_folder(tmp_path) if isinstance(row, ImportRow)]
    assert rows[0].import_key == rows[1].import_key != rows[2].import_key


def test_more_pixels_than_the_settings_allow(tmp_path: Path):
    reject = take_one(png(tmp_path / "a.png", (100, 100), parameters="a cat"), most_pixels=9_999)
    assert isinstance(reject, Reject)
    assert "pixels" in reject.reason
    assert isinstance(take_one(tmp_path / "a.png", most_pixels=10_000), ImportRow)


def test_a_prompt_text_that_is_no_graph(tmp_path: Path):
    for text in ('{"a": 1}', "[1]", '{"1": {"inputs": {"text": "cut off'):
        row = taken(png(tmp_path / "a.png", prompt=text))
        assert (row.prompt, row.title) == ("", "a")
        assert row.metadata["prompt_unknown"] == "the generation data is not a ComfyUI graph"
    for text in ("a plain prompt", "[" * 100_000):
        row = taken(png(tmp_path / "a.png", prompt=text))
        assert (row.prompt, row.title) == ("", "a")
        assert "without any setting" in row.metadata["prompt_unknown"]


@pytest.mark.parametrize("content", [b"prompt\nx\n", b"\x89PNG\r\n\x1a\n"])
def test_a_file_that_is_no_image(tmp_path: Path, content: bytes):
    path = tmp_path / "a.png"
    path.write_bytes(content)
    reject = take_one(path)
    assert isinstance(reject, Reject)
    assert reject.reason == BROKEN


def test_a_file_that_grows_is_left_for_another_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = png(tmp_path / "a.png", parameters="a cat")
    fstat = os.fstat

    def growing(descriptor: int) -> os.stat_result:
        with path.open("ab") as file:
            file.write(b"more")
        return fstat(descriptor)

    monkeypatch.setattr(os, "fstat", growing)
    reject = take_one(path)
    assert isinstance(reject, Reject)
    assert reject.reason == GROWING


def test_a_name_that_is_not_utf_8(tmp_path: Path):
    path = png(tmp_path / os.fsdecode(b"caf\xe9.png"), parameters="a cat")
    reject = take_one(path)
    assert isinstance(reject, Reject)
    assert reject.reason.startswith("its name is not UTF-8: rename it")


@given(data=st.data())
def test_any_damage_is_a_reject_or_unreadable(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
):
    path = tmp_path_factory.getbasetemp() / "damaged.png"
    content = bytearray(png(path, parameters=PARAMETERS).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    assert isinstance(take_one(path), ImportRow | Reject)


def test_control_characters_in_a_name_are_shown(tmp_path: Path):
    assert taken(png(tmp_path / "a\x1b[2J\n\u202eb\t.png")).title == r"a\x1b[2J \u202eb"
