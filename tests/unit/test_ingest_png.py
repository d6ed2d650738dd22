"""PNG files with the generation data of AUTOMATIC1111 and ComfyUI."""

import json
import os
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from genonaut.errors import UnreadableInputError
from genonaut.ingest.generation import from_automatic1111, from_comfyui
from genonaut.ingest.png import PngFiles
from genonaut.ingest.records import Record, Reject
from genonaut.ingest.rows import Defaults, parse_row

PARAMETERS = """a cat, (best:1.2)
on a sofa
Negative prompt: ugly,
blurry
Steps: 20, Sampler: Euler a, CFG scale: 7.5, Seed: 123, Size: 512x768, Model hash: 0012, \
Model: "sd, 1.5", Lora hashes: "a: 1, b: 2", Version: v1.6.0"""

GRAPH: dict[str, Any] = {
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "seed": 8,
            "steps": 20,
            "cfg": 8,
            "sampler_name": "euler",
            "scheduler": "normal",
            "model": ["4", 0],
            "positive": ["10", 0],
            "negative": ["10", 1],
            "latent_image": ["5", 0],
        },
    },
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "v1-5.ckpt"}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": ["20", 0], "clip": ["4", 1]}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "watermark", "clip": ["4", 1]}},
    "10": {
        "class_type": "ControlNetApplyAdvanced",
        "inputs": {"negative": ["7", 0], "positive": ["6", 0]},
    },
    "20": {"class_type": "PrimitiveString", "inputs": {"value": "a glass bottle"}},
}
FLUX = {
    "13": {"inputs": {"noise": ["25", 0], "guider": ["22", 0], "sigmas": ["17", 0]}},
    "22": {"inputs": {"model": ["30", 0], "conditioning": ["26", 0]}},
    "26": {"inputs": {"guidance": 3.5, "conditioning": ["6", 0]}},
    "6": {"inputs": {"text": "a lighthouse", "clip": ["11", 0]}},
    "25": {"inputs": {"noise_seed": 219670278747233}},
    "30": {"inputs": {"unet_name": "flux1-dev"}},
}


def png(path: Path, size: tuple[int, int] = (8, 6), **texts: str) -> Path:
    info = PngInfo()
    for name, text in texts.items():
        info.add_text(name, text)
    Image.new("RGB", size).save(path, "PNG", pnginfo=info)
    return path


def test_automatic1111():
    assert from_automatic1111(PARAMETERS) == {
        "prompt": "a cat, (best:1.2)\non a sofa",
        "negative_prompt": "ugly,\nblurry",
        "steps": 20,
        "sampler": "Euler a",
        "cfg_scale": 7.5,
        "seed": 123,
        "width": 512,
        "height": 768,
        "model_hash": "0012",
        "model": "sd, 1.5",
        "lora_hashes": "a: 1, b: 2",
        "version": "v1.6.0",
    }


def test_automatic1111_without_settings():
    assert from_automatic1111("a Negative prompt: inside\nSteps: many") == {
        "prompt": "a Negative prompt: inside\nSteps: many",
        "negative_prompt": "",
    }


def test_comfyui_finds_the_text_behind_the_sampler():
    assert from_comfyui(json.dumps(GRAPH)) == {
        "prompt": "a glass bottle",
        "negative_prompt": "watermark",
        "seed": 8,
        "steps": 20,
        "cfg_scale": 8,
        "sampler": "euler",
        "scheduler": "normal",
        "model": "v1-5.ckpt",
    }


def test_comfyui_with_a_guider():
    found = from_comfyui(json.dumps(FLUX))
    assert found["prompt"] == "a lighthouse"
    assert (found["seed"], found["model"]) == (219670278747233, "flux1-dev")


def test_comfyui_in_a_circle():
    circle = {"1": {"inputs": {"positive": ["2", 0]}}, "2": {"inputs": {"text": ["1", 0]}}}
    assert from_comfyui(json.dumps(circle))["prompt"] == ""


JSON = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
)
LINKS = st.tuples(st.sampled_from("123"), st.integers()).map(list) | JSON
NAMES = st.sampled_from(["positive", "negative", "text", "guider", "seed", "clip"])
NODES = st.fixed_dictionaries({"inputs": st.dictionaries(NAMES, LINKS)}) | JSON


@given(st.dictionaries(st.sampled_from("123"), NODES))
def test_any_graph_has_a_prompt_if_only_an_empty_one(graph: dict[str, Any]):
    assert isinstance(from_comfyui(json.dumps(graph))["prompt"], str)


@given(st.text())
def test_any_parameters_have_a_prompt(parameters: str):
    assert isinstance(from_automatic1111(parameters)["prompt"], str)


def test_a_folder(tmp_path: Path):
    (tmp_path / "inner").mkdir()
    first = png(tmp_path / "a.png", parameters="a cat\nSteps: 20, Seed: 1, Size: 8x6")
    second = png(tmp_path / "inner" / "b.PNG", prompt=json.dumps(GRAPH), workflow="{}")
    plain = png(tmp_path / "plain.png")
    broken = tmp_path / "truncated.png"
    broken.write_bytes(first.read_bytes()[:-20])
    (tmp_path / "notes.txt").write_text("not a picture")
    os.utime(first, (1660001285, 1660001285))

    rows = list(PngFiles(tmp_path))

    assert [(Path(row.file), type(row)) for row in rows] == [
        (first, Record),
        (second, Record),
        (plain, Reject),
        (broken, Reject),
    ]
    assert isinstance(rows[0], Record)
    row = parse_row(rows[0], Defaults())
    assert (row.line, row.prompt, row.content_data) == (None, "a cat", str(first))
    assert row.created_at == datetime(2022, 8, 8, 23, 28, 5, tzinfo=UTC)
    assert row.metadata == {"steps": 20, "seed": 1, "width": 8, "height": 6}
    assert [row.reason for row in rows if isinstance(row, Reject)] == [
        "no generation data: the file has no text chunk `parameters` or `prompt`",
        "not a PNG file, or a damaged one",
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
    rows = list(PngFiles(tmp_path))
    assert [Path(row.file).name for row in rows if isinstance(row, Record)] == ["good.png"]
    assert {Path(row.file).name: row.reason for row in rows if isinstance(row, Reject)} == {
        "closed": "cannot be read: Permission denied",
        "dangling.png": "cannot be read: No such file or directory",
        "pipe.png": "not a file",
    }
    with pytest.raises(PermissionError):
        PngFiles(tmp_path / "closed")


def test_a_copy_is_the_same_image(tmp_path: Path):
    first = png(tmp_path / "a.png", parameters="a cat")
    shutil.copy(first, tmp_path / "b.png")
    os.utime(first, (0, 0))
    png(tmp_path / "c.png", (9, 9), parameters="a cat")
    rows = [parse_row(row, Defaults()) for row in PngFiles(tmp_path) if isinstance(row, Record)]
    assert rows[0].import_key == rows[1].import_key != rows[2].import_key


def test_more_pixels_than_pillow_likes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = png(tmp_path / "a.png", (100, 100), parameters="a cat")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 6000)
    assert isinstance(next(iter(PngFiles(path))), Record)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    (reject,) = PngFiles(path)
    assert isinstance(reject, Reject)
    assert reject.reason == "the image has too many pixels"


def test_a_prompt_text_that_is_no_graph(tmp_path: Path):
    for text in ("a plain prompt", "[1]", "[" * 100_000):
        (reject,) = PngFiles(png(tmp_path / "a.png", prompt=text))
        assert isinstance(reject, Reject)
        assert reject.reason == "the generation data is not a ComfyUI graph"


def test_a_folder_without_images(tmp_path: Path):
    with pytest.raises(UnreadableInputError, match="without PNG files"):
        PngFiles(tmp_path)


@pytest.mark.parametrize("content", [b"", b"prompt\nx\n", b"\x89PNG\r\n\x1a\n"])
def test_a_single_file_that_is_no_image(tmp_path: Path, content: bytes):
    path = tmp_path / "a.png"
    path.write_bytes(content)
    with pytest.raises(UnreadableInputError, match=r"a\.png is not a PNG file"):
        list(PngFiles(path))


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
        list(PngFiles(path))
