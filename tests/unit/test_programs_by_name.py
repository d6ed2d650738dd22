"""SwarmUI, InvokeAI, NovelAI, Fooocus, Easy Diffusion: each with a file as it writes it."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genonaut.content.rules import InvalidValueError
from genonaut.ingest.programs import PROGRAMS, generation
from genonaut.ingest.programs.left import left_in

SWARM = {"prompt": "a boat", "negativeprompt": "people", "seed": 7, "cfgscale": 7.0, "steps": 20}
FOOOCUS = {
    "prompt": "a boat", "negative_prompt": "people", "seed": "7", "guidance_scale": 7.0,
    "steps": 20, "base_model": "x.safetensors", "full_prompt": ["a boat", "cinematic"],
    "styles": "['Fooocus V2']", "version": "Fooocus v2.5.5",
}  # fmt: skip
NOVELAI = {
    "prompt": "a boat", "uc": "people", "seed": 7, "scale": 7.0, "steps": 20,
    "sampler": "k_euler", "noise_schedule": "karras",
}  # fmt: skip
INVOKE = {
    "positive_prompt": "a boat", "negative_prompt": "people", "seed": 7, "cfg_scale": 7,
    "steps": 20, "scheduler": "euler", "model": {"model_name": "x"},
}  # fmt: skip
INVOKE_2 = {
    "model_weights": "x",
    "image": {"prompt": [{"prompt": "a boat", "weight": 1}], "seed": 7, "steps": 20,
              "cfg_scale": 7, "sampler": "k_lms"},
}  # fmt: skip
EASY = {
    "prompt": "a boat", "negative_prompt": "people", "seed": "7", "guidance_scale": "7.0",
    "num_inference_steps": "20", "use_stable_diffusion_model": "x",
}  # fmt: skip
EASY_OLD = {
    "Prompt": "a boat", "Negative Prompt": "people", "Seed": "7", "Guidance Scale": "7",
    "Steps": "20", "Stable Diffusion model": "x",
}  # fmt: skip

FILES: dict[str, dict[str, Any]] = {
    "swarmui": {"parameters": {"sui_image_params": SWARM, "sui_extra_data": {}}},
    "swarmui.jpg": {"UserComment": {"sui_image_params": SWARM}},
    "invokeai": {"invokeai_metadata": INVOKE, "invokeai_graph": "{}"},
    "invokeai 2": {"sd-metadata": INVOKE_2, "Dream": '"a boat" -s 20'},
    "novelai": {"Software": "NovelAI", "Description": "a boat", "Comment": NOVELAI},
    "novelai.webp": {
        "UserComment": {
            "Software": "NovelAI", "Description": "a boat", "Comment": json.dumps(NOVELAI),
        }
    },
    "fooocus": {"parameters": FOOOCUS, "fooocus_scheme": "fooocus"},
    "fooocus.jpg": {"UserComment": FOOOCUS},
    "fooocus 1": {"Comment": FOOOCUS},
    "easydiffusion": EASY,
    "easydiffusion 2": EASY_OLD,
    "easydiffusion.jpg": {"UserComment": EASY},
}  # fmt: skip


def texts(file: dict[str, Any]) -> dict[str, str]:
    return {
        name: value if isinstance(value, str) else json.dumps(value) for name, value in file.items()
    }


@pytest.mark.parametrize("name", FILES)
def test_a_file(name: str):
    found = generation(texts(FILES[name]))
    negative = None if name == "invokeai 2" else "people"
    assert (found["prompt"], found.get("negative_prompt")) == ("a boat", negative)
    assert (found["seed"], found["steps"], found["cfg_scale"]) == (7, 20, 7)


def test_invokeai_calls_its_sampler_a_scheduler():
    found = generation(texts(FILES["invokeai"]))
    assert (found["sampler"], found["model"], "scheduler" in found) == ("euler", "x", False)


def test_the_characters_of_novelai_belong_to_the_prompt():
    captions = {
        "v4_prompt": {"caption": {"base_caption": "a boat",
                                  "char_captions": [{"char_caption": "a sailor"}, {}, 5]}},
        "v4_negative_prompt": {"caption": {"base_caption": "people", "char_captions": []}},
    }  # fmt: skip
    found = generation(texts({"Source": "NovelAI Diffusion V4.5", "Comment": NOVELAI | captions}))
    assert (found["prompt"], found["negative_prompt"]) == ("a boat\na sailor", "people")
    assert found["model"] == "NovelAI Diffusion V4.5"


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ({}, None),
        ({"parameters": {"x": 1}}, None),
        ({"parameters": {"prompt": {"a": 1}, "seed": 1, "steps": 2}}, None),
        ({"parameters": {"sui_image_params": {"seed": 1}}}, "prompt is empty"),
        ({"invokeai_metadata": "cut off"}, "prompt is empty"),
        ({"prompt": "a boat"}, "a text `prompt` without any setting: it may be something else"),
        ({"Comment": "made with GIMP"}, None),
        ({"Title": "a boat", "Software": "GIMP"}, None),
        ({"parameters": "Steps: 20, Seed: 1, Size: 8x8"}, None),
        ({"parameters": " \n"}, None),
    ],
)
def test_no_prompt_is_better_than_a_wrong_one(file: dict[str, Any], reason: str | None):
    found = generation(texts(file))
    assert (found["prompt"], found.get("prompt_unknown")) == ("", reason)


def test_settings_without_a_prompt_are_kept():
    found = generation({"parameters": "Steps: 20, Seed: 1, Size: 8x8"})
    assert (found["prompt"], found["steps"], found["program"]) == ("", 20, "AUTOMATIC1111")


def test_one_value_is_no_reason_to_refuse_a_picture():
    deep: Any = 1
    for _ in range(70):
        deep = [deep]
    settings = f"Steps: 20, Seed: 1, Size: 8x8, Deep: {json.dumps(deep)}, NUL: a\0b"
    found = generation({"parameters": f"a boat\n{settings}"})
    assert (found["prompt"], found["steps"]) == ("a boat", 20)
    assert not found.keys() & {"deep", "nul"}


NAMES = st.sampled_from(sorted({name for file in FILES.values() for name in file}))
VALUES = st.text() | st.sampled_from(
    [text for file in FILES.values() for text in texts(file).values()]
)


@given(st.dictionaries(NAMES, VALUES))
def test_any_texts_are_read_or_refused_for_a_reason(found: dict[str, str]):
    for program in PROGRAMS:
        with suppress(InvalidValueError):
            settings = program.read(left_in(found))
            assert settings is None or isinstance(settings["prompt"], str)
    assert isinstance(generation(found)["prompt"], str)
