"""Graphs of ComfyUI: the prompt that made the picture, and the settings of its sampler."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genonaut.content.rules import InvalidValueError
from genonaut.ingest.programs import generation
from genonaut.ingest.programs.comfyui import from_graph
from genonaut.ingest.programs.comfyui_graph import graph_of


def node(kind: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": kind, "inputs": inputs}


def to(key: str, output: int = 0) -> list[Any]:
    return [key, output]


def encoded(text: Any) -> dict[str, Any]:
    return node("CLIPTextEncode", text=text, clip=to("ckpt", 1))


CHECKPOINT = node("CheckpointLoaderSimple", ckpt_name="v1-5.ckpt")
SAMPLED = {
    "seed": 8, "steps": 20, "cfg": 8, "sampler_name": "euler", "scheduler": "normal",
    "model": to("ckpt"), "positive": to("pos"), "negative": to("neg"), "latent_image": to("empty"),
}  # fmt: skip
TXT2IMG: dict[str, Any] = {
    "s": node("KSampler", **SAMPLED),
    "ckpt": CHECKPOINT,
    "empty": node("EmptyLatentImage", width=8, height=8),
    "pos": encoded("a glass bottle"),
    "neg": encoded("watermark"),
    "vae": node("VAEDecode", samples=to("s"), vae=to("ckpt", 2)),
    "save": node("SaveImage", images=to("vae")),
}
SETTINGS = {
    "seed": 8, "steps": 20, "cfg_scale": 8, "sampler": "euler", "scheduler": "normal",
    "model": "v1-5.ckpt",
}  # fmt: skip


def read(graph: dict[str, Any]) -> dict[str, Any]:
    return from_graph(graph_of(json.loads(json.dumps(graph))))


def prompts(**changed: Any) -> tuple[str, str]:
    found = read(TXT2IMG | changed)
    return found["prompt"], found["negative_prompt"]


def test_the_text_behind_the_sampler():
    assert read(TXT2IMG) == {
        **SETTINGS, "prompt": "a glass bottle", "negative_prompt": "watermark",
    }  # fmt: skip


AND = {"a": node("PrimitiveString", value="a moth"), "b": node("String Literal", string="oil")}

JOINED: dict[str, tuple[dict[str, Any], str]] = {
    "StringConcatenate": ({"string_a": "a moth", "string_b": "oil", "delimiter": ", "}, ", "),
    "Text Concatenate": (
        {"delimiter": ", ", "clean_whitespace": "true", "text_b": to("b"), "text_a": to("a")},
        ", ",
    ),
    "JoinStrings": ({"string1": "a moth", "string2": to("b"), "delimiter": " "}, " "),
    "JoinStringMulti": (
        {"inputcount": 2, "string_1": to("a"), "string_2": "oil", "delimiter": "\\n",
         "return_list": False},
        "\n",
    ),
    "ttN concat": ({"text1": "a moth", "text2": "", "text3": "oil", "delimiter": "newline"}, "\n"),
    "CR Text Concatenate": ({"text1": "a moth", "text2": "oil", "separator": " | "}, " | "),
    "easy promptConcat": ({"prompt1": to("a"), "prompt2": to("b"), "separator": ""}, ""),
    "ConcatStringSingle": ({"string_a": "a moth ", "string_b": "oil"}, " "),
    "PromptComposerMerge": ({"text_a": to("a"), "text_b": to("b")}, ", "),
    "StringFunction|pysssss": (
        {"action": "append", "tidy_tags": "yes", "text_a": "a moth", "text_b": "oil"}, ", ",
    ),
    "Some Text Joiner": ({"a": "a moth", "b": "oil", "sep": "; "}, "; "),
    "StringConcat10": ({"input_10": "oil", "input_9": "a moth", "delimiter": "/"}, "/"),
}  # fmt: skip


@pytest.mark.parametrize("kind", JOINED)
def test_joined_texts(kind: str):
    inputs, delimiter = JOINED[kind]
    found, _ = prompts(**AND, pos=encoded(to("join")), join=node(kind, **inputs))
    assert found == f"a moth{delimiter}oil"


def test_joined_texts_of_joined_texts():
    inner = node("JoinStrings", string1=to("a"), string2=to("b"), delimiter=" ")
    outer = node("StringConcatenate", string_a=to("in"), string_b="x", delimiter=", ")
    found = prompts(**AND, **{"in": inner}, out=outer, pos=encoded(to("out")))
    assert found == ("a moth oil, x", "watermark")


OTHER = encoded("oil on canvas")


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        ("ConditioningCombine", {"conditioning_1": to("one"), "conditioning_2": to("two")}),
        ("ConditioningCombine", {"conditioning_2": to("two"), "conditioning_1": to("one")}),
        ("ConditioningConcat", {"conditioning_to": to("one"), "conditioning_from": to("two")}),
        ("ConditioningConcat", {"conditioning_from": to("two"), "conditioning_to": to("one")}),
        ("ConditioningAverage", {"conditioning_to": to("one"), "conditioning_from": to("two")}),
        ("ConditioningMultiCombine", {"inputcount": 2, "conditioning_1": to("one"),
                                      "conditioning_2": to("area")}),
    ],
)  # fmt: skip
def test_combined_conditionings(kind: str, inputs: dict[str, Any]):
    found = prompts(
        one=encoded("a glass bottle"),
        two=OTHER,
        area=node("ConditioningSetArea", conditioning=to("two"), width=8, height=8, strength=1),
        pos=node(kind, **inputs),
    )
    assert found == ("a glass bottle\noil on canvas", "watermark")


@pytest.mark.parametrize(
    "kind", ["ConditioningSetMask", "FluxGuidance", "ConditioningSetTimestepRange", "Reroute"]
)
def test_passed_on(kind: str):
    name = "" if kind == "Reroute" else "conditioning"
    found = prompts(one=encoded("a kiln"), pos=node(kind, **{name: to("one"), "strength": 1}))
    assert found == ("a kiln", "watermark")


def test_a_control_net_has_two_sides():
    control = node(
        "ControlNetApplyAdvanced", negative=to("n"), positive=to("p"), image=to("picture")
    )
    sampler = node("KSampler", **SAMPLED | {"positive": to("c", 0), "negative": to("c", 1)})
    graph = {"c": control, "p": encoded("a kiln"), "n": encoded("text"), "s": sampler}
    assert prompts(**graph) == ("a kiln", "text")


@pytest.mark.parametrize("kind", ["ConditioningZeroOut", "easy zeroOut"])
def test_no_negative_prompt(kind: str):
    assert prompts(neg=node(kind, conditioning=to("pos"))) == ("a glass bottle", "")


def test_a_part_of_the_negative_prompt_is_zero():
    found = prompts(
        neg=node("ConditioningCombine", conditioning_1=to("zero"), conditioning_2=to("part")),
        zero=node("ConditioningZeroOut", conditioning=to("text")),
        part=node("ConditioningSetTimestepRange", conditioning=to("text"), start=0, end=0.1),
        text=encoded("blurry"),
    )
    assert found == ("a glass bottle", "blurry")


@pytest.mark.parametrize(
    ("inputs", "chosen"),
    [
        ({"any_01": to("one"), "any_02": to("two")}, "one"),
        ({"any_02": to("two"), "any_01": to("nowhere")}, "two"),
        ({"any_02": to("two"), "any_10": to("one")}, "two"),
        ({"select": 2, "sel_mode": True, "input1": to("one"), "input2": to("two")}, "two"),
        ({"select": to("number"), "input1": to("one"), "input2": to("two")}, "two"),
        ({"index": 0, "text0": to("one"), "text1": to("two")}, "one"),
        ({"Input": 2, "conditioning1": to("one"), "conditioning2": to("two")}, "two"),
        ({"boolean": True, "on_true": to("one"), "on_false": to("two")}, "one"),
        ({"switch": False, "on_false": to("two"), "on_true": to("one")}, "two"),
        ({"switch": to("yes"), "on_false": to("two"), "on_true": to("one")}, "one"),
        ({"boolean": False, "text_a": to("one"), "text_b": to("two")}, "two"),
        ({"cond": True, "tt_value": to("one"), "ff_value": to("two"), "condition": False}, "two"),
    ],
)
def test_a_switch(inputs: dict[str, Any], chosen: str):
    found, _ = prompts(
        one=encoded("one"),
        two=encoded("two"),
        number=node("PrimitiveInt", value=2),
        yes=node("PrimitiveBoolean", value=True),
        pos=node("Any Switch (rgthree)", **inputs),
    )
    assert found == chosen


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        ("Florence2Run", {"text_input": "", "task": "caption", "image": to("vae")}),
        ("OllamaGenerate", {"prompt": "describe this picture", "model": "x"}),
        ("RegexReplace", {"string": "a kiln", "regex_pattern": "k", "replace": "m"}),
        ("Any Switch (rgthree)", {"select": 3, "input1": to("neg"), "input2": to("neg")}),
        ("StringFunction|pysssss", {"action": "replace", "text_a": "a", "text_b": "b"}),
    ],
)
def test_no_item_is_better_than_a_wrong_one(kind: str, inputs: dict[str, Any]):
    with pytest.raises(InvalidValueError, match="by a node of ComfyUI"):
        prompts(pos=encoded(to("made")), made=node(kind, **inputs))


def test_a_text_that_is_linked_and_missing_is_not_looked_for_elsewhere():
    loader = node("LoraTagLoader", text="<lora:x:1>", model=to("ckpt"), clip=to("ckpt"))
    with pytest.raises(InvalidValueError, match="prompt is empty"):
        prompts(lora=loader, pos=node("CLIPTextEncode", text=to("nowhere"), clip=to("lora", 1)))


def test_texts_of_several_encoders_each_once():
    same = node("CLIPTextEncodeSDXL", text_g="a kiln", text_l="a kiln", clip=to("ckpt"))
    assert prompts(pos=same)[0] == "a kiln"
    two = node("CLIPTextEncodeFlux", clip_l="kiln", t5xxl="a kiln in a yard", clip=to("ckpt"))
    assert prompts(pos=two)[0] == "a kiln in a yard\nkiln"


def test_wildcards_are_those_that_were_drawn():
    drawn = node("ImpactWildcardEncode", wildcard_text="a __x__", populated_text="a kiln", seed=1)
    assert prompts(pos=drawn)[0] == "a kiln"


def test_replaced_text():
    replaced = node("StringReplace", string="a $x", find="$x", replace=to("a"))
    assert prompts(**AND, pos=encoded(to("r")), r=replaced)[0] == "a a moth"


@pytest.mark.parametrize("first", ["0", "z"])
def test_a_detailer_behind_the_sampler(first: str):
    detailer = node(
        "FaceDetailer",
        **SAMPLED | {"seed": 999, "cfg": 3, "positive": to("face"), "image": to("vae")},
    )
    graph = {first: detailer, **TXT2IMG, "face": encoded("a face")}
    graph["save"] = node("SaveImage", images=to(first))
    found = read(graph)
    assert (found["prompt"], found["seed"], found["cfg_scale"]) == ("a glass bottle", 8, 8)


def test_a_second_pass_and_an_upscaler():
    second = SAMPLED | {"seed": 9, "latent_image": to("up"), "positive": to("other")}
    upscaled = SAMPLED | {"seed": 10, "image": to("vae2"), "positive": to("other")}
    found = read(
        {
            "u": node("UltimateSDUpscale", **upscaled),
            "2": node("KSampler", **second),
            **TXT2IMG,
            "up": node("LatentUpscale", samples=to("s")),
            "vae2": node("VAEDecode", samples=to("2")),
            "other": encoded("sharp"),
            "save": node("SaveImage", images=to("u")),
        }
    )
    assert (found["prompt"], found["seed"]) == ("a glass bottle", 8)


def test_a_picture_of_a_picture():
    loaded = node("VAEEncode", pixels=to("load"), vae=to("ckpt", 2))
    assert prompts(empty=loaded, load=node("LoadImage", image="x.png"))[0] == "a glass bottle"


def test_a_sampler_that_led_to_no_output():
    beside = node("KSampler", **SAMPLED | {"positive": to("other"), "seed": 1})
    found = read({"1": beside, **TXT2IMG, "other": encoded("not this")})
    assert (found["prompt"], found["seed"]) == ("a glass bottle", 8)


def test_several_pictures_in_one_graph():
    beside = SAMPLED | {"seed": 9}
    graph = TXT2IMG | {
        "s2": node("KSampler", **beside),
        "vae2": node("VAEDecode", samples=to("s2")),
        "save2": node("SaveImage", images=to("vae2")),
    }
    found = read(graph)
    assert (found["prompt"], "seed" in found, found["steps"]) == ("a glass bottle", False, 20)
    graph["s2"] = node("KSampler", **beside | {"positive": to("neg")})
    with pytest.raises(InvalidValueError, match="several pictures of several prompts"):
        read(graph)


def test_a_guider_has_the_prompt():
    flux = {
        "13": node("SamplerCustomAdvanced", noise=to("25"), guider=to("22"), sampler=to("16"),
                   sigmas=to("17"), latent_image=to("27")),
        "16": node("KSamplerSelect", sampler_name="euler"),
        "17": node("BasicScheduler", scheduler="simple", steps=20, model=to("30")),
        "22": node("BasicGuider", model=to("30"), conditioning=to("26")),
        "25": node("RandomNoise", noise_seed=219670278747233),
        "26": node("FluxGuidance", guidance=3.5, conditioning=to("6")),
        "27": node("EmptySD3LatentImage", width=8, height=8),
        "30": node("LoraLoaderModelOnly", lora_name="x", model=to("12")),
        "12": node("UNETLoader", unet_name="flux1-dev"),
        "6": encoded("a lighthouse"),
    }  # fmt: skip
    assert read(flux) == {
        "prompt": "a lighthouse", "negative_prompt": "", "seed": 219670278747233, "steps": 20,
        "sampler": "euler", "scheduler": "simple", "model": "flux1-dev",
        "loras": [{"name": "x", "weight": None}],
    }  # fmt: skip
    flux["22"] = node("CFGGuider", model=to("30"), positive=to("6"), negative=to("7"), cfg=1)
    flux["7"] = encoded("text")
    assert read(flux)["negative_prompt"] == "text"
    assert read(flux)["cfg_scale"] == 1


def test_loaders_and_pipes():
    loader = node("Efficient Loader", ckpt_name="x", positive="a kiln", negative="text")
    sampled = SAMPLED | {"positive": to("l", 1), "negative": to("l", 2), "latent_image": to("l", 3)}
    graph = {"l": loader, "s": node("KSampler (Efficient)", **sampled | {"model": to("l")})}
    assert read(graph)["prompt"] == "a kiln"
    assert read(graph)["negative_prompt"] == "text"
    assert read(graph)["model"] == "x"
    piped = {
        "in": node("ToBasicPipe", positive=to("p"), negative=to("n"), model=to("ckpt")),
        "s": node("ImpactKSamplerBasicPipe", basic_pipe=to("in"), seed=1, steps=2, cfg=3),
        "p": encoded("a kiln"),
        "n": encoded("text"),
        "ckpt": CHECKPOINT,
    }
    assert read(piped) == {
        "prompt": "a kiln", "negative_prompt": "text", "seed": 1, "steps": 2, "cfg_scale": 3,
        "model": "v1-5.ckpt",
    }  # fmt: skip


def test_settings_in_nodes_of_their_own():
    linked = SAMPLED | {"seed": to("n"), "steps": to("i"), "cfg": to("nowhere")}
    found = read(
        TXT2IMG
        | {
            "s": node("KSampler", **linked),
            "n": node("Seed (rgthree)", seed=77),
            "i": node("PrimitiveInt", value=12),
        }
    )
    assert (found["seed"], found["steps"], found.get("cfg_scale")) == (77, 12, None)


def test_what_is_not_a_number_is_left_out():
    text = json.dumps(TXT2IMG | {"s": node("KSampler", **SAMPLED | {"cfg": float("nan")})})
    found = generation({"prompt": text})
    assert (found["prompt"], "cfg_scale" in found) == ("a glass bottle", False)


def test_a_circle():
    circle = {"s": node("KSampler", **SAMPLED), "pos": node("Reroute", x=to("pos"))}
    with pytest.raises(InvalidValueError, match="prompt is empty"):
        read(circle)


def test_texts_that_double_end():
    graph = dict(TXT2IMG)
    graph["0"] = node("PrimitiveString", value="word ")
    for level in range(1, 90):
        below = to(str(level - 1))
        graph[str(level)] = node("JoinStrings", string1=below, string2=below, delimiter=" ")
    with pytest.raises(InvalidValueError, match="longer than"):
        read(graph | {"pos": encoded(to("89"))})


JSON = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
)
LINKS = st.tuples(st.sampled_from("123"), st.integers()).map(list) | JSON
NAMES = st.sampled_from(
    ["positive", "negative", "text", "guider", "seed", "clip", "steps", "text_a", "text_b",
     "conditioning_1", "any_01", "select", "on_true", "delimiter", "find", "replace", "images"]
)  # fmt: skip
KINDS = st.sampled_from(["KSampler", "SaveImage", "Switch", "Join", "Encode", "ZeroOut", "", "x"])
NODES = (
    st.fixed_dictionaries({"inputs": st.dictionaries(NAMES, LINKS)}, optional={"class_type": KINDS})
    | JSON
)


@pytest.mark.long
@given(st.dictionaries(st.sampled_from("123"), NODES))
def test_any_graph_has_a_prompt_or_a_reason(graph: dict[str, Any]):
    try:
        found = read(graph)
    except InvalidValueError:
        return
    assert found["prompt"].strip() == found["prompt"] != ""
