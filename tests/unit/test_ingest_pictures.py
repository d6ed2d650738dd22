"""Pictures and their texts: one file, or a folder of them."""

import json
import os
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from genonaut.errors import UnreadableInputError
from genonaut.ingest import pictures
from genonaut.ingest.pictures import BROKEN, PictureFiles
from genonaut.ingest.records import Record, Reject
from genonaut.ingest.rows import Defaults, ImportRow, parse_row
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


def parsed(path: Path) -> ImportRow:
    (record,) = PictureFiles(path)
    assert isinstance(record, Record)
    return parse_row(record, Defaults())


def test_a_folder(tmp_path: Path):
    (tmp_path / "inner").mkdir()
    first = png(tmp_path / "a.png", parameters="a cat\nSteps: 20, Seed: 1, Size: 8x6")
    second = png(tmp_path / "inner" / "b.PNG", prompt=json.dumps(TXT2IMG), workflow="{}")
    plain = png(tmp_path / "plain.png")
    broken = tmp_path / "truncated.png"
    broken.write_bytes(first.read_bytes()[:-20])
    (tmp_path / "notes.txt").write_text("not a picture")
    os.utime(first, (1660001285, 1660001285))

    rows = list(PictureFiles(tmp_path))

    assert [(Path(row.file), type(row)) for row in rows] == [
        (first, Record),
        (second, Record),
        (plain, Record),
        (broken, Reject),
    ]
    assert isinstance(rows[0], Record)
    row = parse_row(rows[0], Defaults())
    assert (row.line, row.prompt, row.content_data) == (None, "a cat", str(first))
    assert row.created_at == datetime(2022, 8, 8, 23, 28, 5, tzinfo=UTC)
    assert row.metadata == {
        "program": "AUTOMATIC1111", "steps": 20, "seed": 1, "width": 8, "height": 6,
    }  # fmt: skip
    untold = parsed(plain)
    assert (untold.prompt, untold.title) == ("", "plain")
    assert untold.metadata == {"width": 8, "height": 6}
    assert [row.reason for row in rows if isinstance(row, Reject)] == [
        BROKEN,
    ]


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
    rows = list(PictureFiles(tmp_path))
    assert [Path(row.file).name for row in rows if isinstance(row, Record)] == ["good.png"]
    assert {Path(row.file).name: row.reason for row in rows if isinstance(row, Reject)} == {
        "closed": "cannot be read: Permission denied",
        "dangling.png": "cannot be read: No such file or directory",
        "pipe.png": "not a file",
    }
    with pytest.raises(PermissionError):
        PictureFiles(tmp_path / "closed")


def test_a_copy_is_the_same_image(tmp_path: Path):
    first = png(tmp_path / "a.png", parameters="a cat")
    shutil.copy(first, tmp_path / "b.png")
    os.utime(first, (0, 0))
    png(tmp_path / "c.png", (9, 9), parameters="a cat")
    rows = [parse_row(row, Defaults()) for row in PictureFiles(tmp_path) if isinstance(row, Record)]
    assert rows[0].import_key == rows[1].import_key != rows[2].import_key


def test_more_pixels_than_anyone_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pictures, "_MOST_PIXELS", 9_999)
    (reject,) = PictureFiles(png(tmp_path / "a.png", (100, 100), parameters="a cat"))
    assert isinstance(reject, Reject)
    assert reject.reason == "the image has too many pixels"
    assert isinstance(next(iter(PictureFiles(png(tmp_path / "b.png", parameters="a cat")))), Record)


def test_a_prompt_text_that_is_no_graph(tmp_path: Path):
    for text in ('{"a": 1}', "[1]", '{"1": {"inputs": {"text": "cut off'):
        row = parsed(png(tmp_path / "a.png", prompt=text))
        assert (row.prompt, row.title) == ("", "a")
        assert row.metadata["prompt_unknown"] == "the generation data is not a ComfyUI graph"
    for text in ("a plain prompt", "[" * 100_000):
        row = parsed(png(tmp_path / "a.png", prompt=text))
        assert (row.prompt, row.title) == ("", "a")
        assert "without any setting" in row.metadata["prompt_unknown"]


def test_a_folder_without_images(tmp_path: Path):
    with pytest.raises(
        UnreadableInputError, match="without PNG, JPEG, WebP, AVIF or GIF files: to import tables"
    ):
        PictureFiles(tmp_path)


@pytest.mark.parametrize("content", [b"prompt\nx\n", b"\x89PNG\r\n\x1a\n"])
def test_a_single_file_that_is_no_image(tmp_path: Path, content: bytes):
    path = tmp_path / "a.png"
    path.write_bytes(content)
    with pytest.raises(
        UnreadableInputError, match=r"a\.png is not a PNG, JPEG, WebP, AVIF or GIF file"
    ):
        list(PictureFiles(path))


@given(data=st.data())
def test_any_damage_is_a_reject_or_unreadable(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
):
    path = tmp_path_factory.getbasetemp() / "damaged.png"
    content = bytearray(png(path, parameters=PARAMETERS).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    with suppress(UnreadableInputError):
        list(PictureFiles(path))


def test_control_characters_in_a_name_are_shown(tmp_path: Path):
    path = png(tmp_path / "a\x1b[2J\n\u202eb\t.png")
    (record,) = PictureFiles(path)
    assert record.file.endswith(r"a\x1b[2J\n\u202eb\t.png")
    assert parsed(path).title == r"a\x1b[2J \u202eb"
