"""The lines of AUTOMATIC1111 and its relatives, in any order."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genonaut.ingest.programs.automatic1111 import automatic1111, from_parameters
from genonaut.ingest.programs.left import left_in

PARAMETERS = """a cat, (best:1.2)
on a sofa
Negative prompt: ugly,
blurry
Steps: 20, Sampler: Euler a, CFG scale: 7.5, Seed: 123, Size: 512x768, Model hash: 0012, \
Model: "sd, 1.5", Lora hashes: "a: 1, b: 2", Version: v1.6.0"""


def test_all_of_it():
    assert from_parameters(PARAMETERS) == {
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


SETTINGS = "Steps: 24, Sampler: Euler a, CFG scale: 6.5, Seed: 4021"
FOX = ("a fox", "text", 24, 4021)


@pytest.mark.parametrize(
    "written",
    [
        f"a fox\nNegative prompt: text\n{SETTINGS}",
        f"a fox\r\nNegative prompt: text\r\n{SETTINGS}",
        f"a fox\rNegative prompt: text\r{SETTINGS}\r",
        f"  a fox\n\nNegative prompt:text\n\n  {SETTINGS}\n",
        f"Prompt: a fox\nNegative prompt: text\n{SETTINGS}",
        f"a fox\n{SETTINGS}\nNegative prompt: text",
        f"a fox\nNegative Prompt: text\n{SETTINGS}",
        f"a fox\nNegative prompt: text\n{SETTINGS}\nTemplate: a {{fox|cat}}, in snow\nand ice",
        f"a fox\nNegative prompt: text\n{SETTINGS}\nTemplate: a fox\nNegative Template: text",
        f"a fox\nNegative prompt: text\nTemplate: a {{fox|cat}}\n{SETTINGS}",
        "a fox\nNegative prompt: text\nSeed: 4021, Size: 8x8, Steps: 24",
        "a fox\nNegative prompt: text\nModel: x: y, Seed: 4021, Steps: 24",
        "a fox\nNegative prompt: text\nSteps: 24\nSampler: Euler a\nSeed: 4021\nSize: 8x8",
        "a fox\nNegative prompt: text\nSteps: 24, Sampler: Euler a\nSeed: 4021, Size: 8x8",
        f"a fox, Negative prompt: text, {SETTINGS}",
        f"a fox. Negative prompt: text. {SETTINGS}",
        f"a fox Negative prompt: text {SETTINGS}",
        f"a fox\nNegative prompt: text {SETTINGS}",
        f"a fox Negative prompt: text\n{SETTINGS}",
        f"a fox, {SETTINGS}, Negative prompt: text",
        "a fox, Negative prompt: text, Seed: 4021, Steps: 24, Size: 512x512, CFG scale: 7",
    ],
)
def test_in_any_order(written: str):
    found = from_parameters(written)
    prompts = (found[name].rstrip(".") for name in ("prompt", "negative_prompt"))
    assert (*prompts, found["steps"], found["seed"]) == FOX


@pytest.mark.parametrize(
    ("written", "prompt", "negative"),
    [
        ("a Negative prompt: inside\nSteps: many", None, ""),
        ("(a crane:1.2), (light:1.1), (paper:1.3)", None, ""),
        ("a crane\n(light:1.2), (paper:1.1), (fold:1.3)", None, ""),
        ("Size: large, Model: a tall woman, Seed: poppy", None, ""),
        ("{red|blue} bicycle", None, ""),
        ("[a cat:a dog:0.5]", None, ""),
        ("a crane\nNegative prompt: (text:1.2), (hands:1.4), (frame:1.1)", "a crane",
         "(text:1.2), (hands:1.4), (frame:1.1)"),
        ("a crane\nNegative prompt: text\n(hands:1.4), (frame:1.1), (x:1)", "a crane",
         "text\n(hands:1.4), (frame:1.1), (x:1)"),
        ("a crane, Negative prompt: text", "a crane", "text"),
        ("", "", ""),
        ("Negative prompt: text", "", "text"),
    ],
)  # fmt: skip
def test_without_settings(written: str, prompt: str | None, negative: str):
    wanted = {"prompt": written if prompt is None else prompt, "negative_prompt": negative}
    assert from_parameters(written) == wanted


@pytest.mark.parametrize(
    ("setting", "name", "value"),
    [
        ('Hires prompt: "1st\u2028second: line, x"', "hires_prompt", "1st\u2028second: line, x"),
        ('TI hashes: "a: 1, \\"b\\": 2"', "ti_hashes", 'a: 1, "b": 2'),
        ("Sampler: DPM++ 2M, Karras", "sampler", "DPM++ 2M, Karras"),
        ("Created Date: 2025-03-01T10:20:30Z", "created_date", "2025-03-01T10:20:30Z"),
        ('Hashes: {"model": "a, b: c"}', "hashes", {"model": "a, b: c"}),
        ('Resources: [{"name": "a: b, c"}, {"name": "d]"}]', "resources",
         [{"name": "a: b, c"}, {"name": "d]"}]),
        ("Wildcard: {a, b", "wildcard", "{a, b"),
        ('Note: "never closed, x', "note", '"never closed, x'),
        ("VAE hash: 0012ab", "vae_hash", "0012ab"),
        ("Denoising strength: 0.4", "denoising_strength", 0.4),
        ("import_key: x", "import_key", None),
        ("prompt: x", "prompt", "a fox"),
    ],
)  # fmt: skip
def test_a_setting(setting: str, name: str, value: Any):
    found = from_parameters(f"a fox\nSteps: 24, {setting}, Seed: 4021, Size: 8x8")
    assert found.get(name) == value
    assert (found["steps"], found["seed"], found["width"]) == (24, 4021, 8)
    assert found.keys() <= {
        "prompt", "negative_prompt", "steps", "seed", "width", "height", name,
    }  # fmt: skip


@pytest.mark.parametrize(
    "text", ["Screenshot", "OLYMPUS DIGITAL CAMERA", "", '{"a": 1}', "<x:xmpmeta>"]
)
def test_the_comment_of_a_camera_is_no_prompt(text: str):
    assert automatic1111(left_in({"UserComment": text})) is None


def test_a_comment_with_settings_is():
    read = automatic1111(left_in({"UserComment": PARAMETERS}))
    assert read is not None
    assert read.items() >= from_parameters(PARAMETERS).items()


@pytest.mark.parametrize(
    "text", ['{"prompt": 1}', '{\n "x": "cut', "[]", '[{"a": 1}]', "[1, 2]", "<?xml", "{}"]
)
def test_data_is_no_prompt(text: str):
    assert automatic1111(left_in({"parameters": text})) is None


@given(st.text() | st.lists(st.sampled_from(PARAMETERS.split())).map(" ".join))
def test_any_parameters_have_a_prompt(parameters: str):
    found = from_parameters(parameters)
    assert isinstance(found["prompt"], str)
    assert json.dumps(found)
