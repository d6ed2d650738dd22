"""The kinds of generation data that programs write, one of each: see `kinds`."""

import json
from typing import Any

from tests.support.conventions import editor, graph, lines
from tests.support.kinds import LINES, LORA, SHOT, TOLD, WITH_LORA, Kind, png

BOAT: dict[str, Any] = {"prompt": "a boat", "negative_prompt": "people", "seed": 7, "steps": 20}


def text_programs() -> list[Kind]:
    """Programs that write lines, or several texts."""
    with_lora = lines(WITH_LORA)
    sd_next = LINES.replace("Version: v1.10.1", "App: SD.Next, Version: 7d3ab28, Pipeline: Flux")
    resources = '[{"type": "lora", "weight": 0.8, "modelName": "inkwash"}]'
    civitai = LINES.replace("Version: v1.10.1", f"Civitai resources: {resources}")
    mochi = (
        "Date: 2024-01-02; Include in Image: a boat; at dusk; Exclude from Image: people; "
        "Model: plain; Size: 24x16; Steps: 20; Guidance Scale: 7.5; Seed: 7; Scheduler: DPM++; "
        "Generator: Mochi Diffusion 5.2"
    )
    midjourney = "a boat --ar 3:2 --seed 7 Job ID: 01234567-89ab-cdef-0123-456789abcdef"
    dream = {"Dream": '"a boat [people]" -s 20 -S 7 -W 512 -H 512 -C 7.5 -A k_lms'}
    a1111 = {
        "program": "AUTOMATIC1111", "sampler": "Euler a", "scheduler": "Karras",
        "model_hash": "6ce0161689",
    }  # fmt: skip
    easy = {
        "Prompt": "a boat", "Negative Prompt": "people", "Seed": "7", "Steps": "20",
        "Guidance Scale": "7.5", "Stable Diffusion model": "models/x.ckpt",
    }  # fmt: skip
    written: list[tuple[str, dict[str, str], dict[str, Any]]] = [
        ("a1111", {"parameters": LINES}, TOLD | a1111),
        ("lora", {"parameters": with_lora}, {"loras": LORA}),
        ("longest seed", {"parameters": LINES.replace("4021", "18446744073709551615")},
         {"seed": 18446744073709551615}),
        ("another name", {"generation": LINES}, TOLD),
        ("forge", {"parameters": LINES.replace("v1.10.1", "f2.0.1v1.10.1-previous")},
         TOLD | {"program": "Forge"}),
        ("sdnext", {"parameters": sd_next}, TOLD | {"program": "SD.Next"}),
        ("civitai", {"parameters": civitai}, TOLD | {"program": "Civitai", "loras": LORA}),
        ("no prompt", {"parameters": LINES.partition("Steps")[1] + LINES.partition("Steps")[2]},
         {"prompt": "", "seed": 4021, "title": "no prompt"}),
        ("mochi", {"Description": mochi}, BOAT | {"prompt": "a boat; at dusk", "cfg_scale": 7.5}),
        ("midjourney", {"Description": midjourney},
         {"prompt": "a boat --ar 3:2 --seed 7", "seed": 7}),
        ("dream", dream, BOAT | {"cfg_scale": 7.5, "sampler": "k_lms", "program": "InvokeAI"}),
        ("easy", easy, BOAT | {"model": "x", "program": "Easy Diffusion"}),
    ]  # fmt: skip
    return [Kind(f"{name}.png", png(**texts), answer) for name, texts, answer in written]


def json_programs() -> list[Kind]:
    """Programs that write JSON, each under its own name and under another one."""
    common = {"prompt": "a boat", "negative_prompt": "people", "seed": 7, "steps": 20}
    written: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "Fooocus": (
            common | {"base_model": "x.safetensors", "lora_combined_1": "inkwash : 0.8",
                      "version": "v2.1.862"},
            {"model": "x", "loras": LORA},
        ),
        "Fooocus 2.5": (
            common | {"base_model": "x", "loras": [["inkwash.safetensors", 0.8, "ab"]],
                      "version": "Fooocus v2.5.5"},
            {"loras": LORA, "program": "Fooocus"},
        ),
        "RuinedFooocus": (
            {"Prompt": "a boat", "Negative": "people", "seed": 7, "steps": 20, "cfg": 7,
             "base_model_name": "x.safetensors", "loras": [["inkwash", 0.8]],
             "software": "RuinedFooocus"},
            {"loras": LORA, "program": "RuinedFooocus", "cfg_scale": 7},
        ),
        "InvokeAI": (
            {"app_version": "5.6.0", "positive_prompt": "a boat", "negative_prompt": "people",
             "seed": 7, "steps": 20, "model": {"name": "x"},
             "loras": [{"model": {"name": "inkwash"}, "weight": 0.8}]},
            {"loras": LORA, "model": "x"},
        ),
        "InvokeAI 3": (
            {"app_version": "3.4.0", "positive_prompt": "a boat", "negative_prompt": "people",
             "seed": 7, "steps": 20, "model": {"model_name": "x"},
             "loras": [{"lora": {"model_name": "inkwash"}, "weight": 0.8}]},
            {"loras": LORA, "model": "x"},
        ),
        "InvokeAI 2": (
            {"app_id": "invoke-ai/InvokeAI", "model_weights": "x",
             "image": {"prompt": [{"prompt": "a boat [people]"}], "seed": 7, "steps": 20}},
            {"model": "x"},
        ),
        "NovelAI": (
            {"prompt": "a boat", "uc": "people", "seed": 7, "steps": 20, "signed_hash": "x"}, {},
        ),
        "StabilityMatrix": (
            {"PositivePrompt": "a boat", "NegativePrompt": "people", "Seed": 7, "Steps": 20,
             "ModelName": "x.safetensors", "ModelHash": "00aa"},
            {"model": "x", "model_hash": "00aa"},
        ),
        "Easy Diffusion": (
            common | {"use_stable_diffusion_model": "x", "use_lora_model": ["inkwash"],
                      "lora_alpha": [0.8]},
            {"loras": LORA},
        ),
        "SwarmUI": (
            {"sui_image_params": {"prompt": "a boat", "negativeprompt": "people", "seed": 7,
                                  "steps": 20, "loras": "inkwash", "loraweights": "0.8"}},
            {"loras": LORA},
        ),
        "Draw Things": (
            {"c": "a boat", "uc": "people", "seed": 7, "steps": 20, "model": "x.ckpt",
             "lora": [{"model": "inkwash", "weight": 0.8}]},
            {"loras": LORA},
        ),
    }  # fmt: skip
    return [
        Kind(f"{name} in {place}.png", png(**{place: json.dumps(data)}), BOAT | answer)
        for name, (data, answer) in written.items()
        for place in ("parameters", "Comment", "anything")
    ]


def comfyui() -> list[Kind]:
    """ComfyUI's graphs, as they were run and as the editor has them."""
    told = TOLD | {"program": "ComfyUI", "sampler": "euler", "scheduler": "karras"}
    answers = {
        "as run": ({"prompt": graph(WITH_LORA)}, told | {"loras": LORA}),
        "workflow": ({"workflow": editor(graph(WITH_LORA))}, told | {"loras": LORA}),
        "elsewhere": ({"anything": graph(SHOT)}, told),
        "bypassed": ({"workflow": _with_mode("LoraLoader", 4)}, told | {"loras": None}),
        "muted": ({"workflow": _with_mode("LoraLoader", 2)}, told | {"loras": None, "model": None}),
        "subgraph": ({"workflow": _with_subgraph()}, told),
        "promoted": ({"workflow": _with_subgraph(is_typed=True)}, told),
        "set and get": ({"workflow": _with_set_and_get()}, told),
        "in one text": ({"UserComment": {"prompt": graph(SHOT), "workflow": editor(graph(SHOT))}},
                        told),
        "in one text as text": ({"Comment": {"prompt": json.dumps(graph(SHOT)), "steps": 1,
                                             "seed": 1, "cfg": 1}}, told),
        "of unknown nodes": ({"workflow": _with_unknown_text()}, {"prompt": "", "seed": 4021}),
        "primitive": ({"workflow": _with_primitive()}, told),
        "reroute": ({"workflow": _rerouted()}, told),
        "by lot": ({"workflow": editor(graph(SHOT) | {"6": _encoded("a {red|blue} boat")})},
                   {"prompt": "", "program": "ComfyUI"}),
    }  # fmt: skip
    found = {name: ({**texts}, answer) for name, (texts, answer) in answers.items()}
    for name, (changed, answer) in _changed().items():
        found[name] = ({"prompt": graph(SHOT) | changed}, TOLD | answer)
    return [
        Kind(f"{name}.png", png(**{key: json.dumps(each) for key, each in texts.items()}), answer)
        for name, (texts, answer) in found.items()
    ]


def _changed() -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Graphs in which some nodes are others, and what is read differently."""
    sampler = graph(SHOT)["3"]["inputs"]
    unknown = {"prompt": "", "negative_prompt": None, "program": "ComfyUI"}
    model = {"3": _node("KSampler", **sampler | {"model": ["10", 0]})}
    return {
        "advanced": (
            {"3": _node("KSamplerAdvanced", **{k: v for k, v in sampler.items() if k != "seed"},
                        noise_seed=4021, start_at_step=0, end_at_step=20)},
            {},
        ),
        "dual": (
            {"6": _node("CLIPTextEncodeSDXL", text_g="a kiln", text_l="in a yard", clip=["4", 1])},
            {"prompt": "a kiln\nin a yard"},
        ),
        "infinite": ({"3": _node("KSampler", **sampler | {"cfg": float("inf")})},
                     {"cfg_scale": None}),
        "stack": (
            model | {
                "10": _node("CR Apply LoRA Stack", model=["4", 0], lora_stack=["11", 0]),
                "11": _node("CR LoRA Stack", switch_1="On", lora_name_1="a/inkwash.safetensors",
                            model_weight_1=0.8, switch_2="Off", lora_name_2="off.safetensors",
                            model_weight_2=1, switch_3="On", lora_name_3="None"),
            },
            {"loras": LORA},
        ),
        "power": (
            model | {"10": _node(
                "Power Lora Loader (rgthree)", model=["4", 0],
                lora_1={"on": True, "lora": "inkwash.safetensors", "strength": 0.8},
                lora_2={"on": False, "lora": "off.safetensors", "strength": 1},
            )},
            {"loras": LORA},
        ),
        "simple stack": (
            model | {
                "10": _node("Efficient Loader", ckpt_name="harbour_v2.ckpt", lora_name="None",
                            lora_stack=["11", 0]),
                "11": _node("LoRA Stacker", input_mode="simple", lora_count=1,
                            lora_name_1="inkwash.safetensors", lora_wt_1=0.8, model_str_1=1,
                            lora_name_2="beyond the count", lora_wt_2=1),
            },
            {"loras": LORA},
        ),
        "manager": (
            model | {"10": _node("Lora Loader (LoraManager)", model=["4", 0], loras=[
                {"name": "inkwash", "strength": "0.8", "active": True},
                {"name": "off", "strength": 1, "active": False},
            ])},
            {"loras": LORA},
        ),
        "with a preview": (
            model | {"10": _node("LoraLoader|pysssss", model=["4", 0], strength_model=0.8,
                                 lora_name={"content": "inkwash.safetensors", "image": "x.png"})},
            {"loras": LORA},
        ),
        "order": (
            model | {
                "10": _node("LoraLoader", lora_name="second.safetensors", strength_model=1,
                            model=["11", 0]),
                "11": _node("LoraLoader", lora_name="inkwash.safetensors", strength_model=0.8,
                            model=["4", 0]),
            },
            {"loras": [*LORA, {"name": "second", "weight": 1}]},
        ),
        "from a file": (
            {"6": _encoded(["10", 0]), "10": _node("Load Prompt From File", file_path="a.txt")},
            unknown,
        ),
        "wildcards": (
            {"6": _encoded(["10", 0]),
             "10": _node("WildcardProcessor", text="a {red|blue} boat", seed=1)},
            unknown,
        ),
        "wildcards that were drawn": (
            {"6": _encoded(["10", 0]),
             "10": _node("ImpactWildcardProcessor", wildcard_text="a {red|blue} boat",
                         populated_text="a red boat")},
            {"prompt": "a red boat"},
        ),
        "beside": (
            {"30": _node("KSampler", **sampler | {"positive": ["31", 0], "seed": 1}),
             "31": _encoded("not connected")},
            {},
        ),
    }  # fmt: skip


def _node(kind: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": kind, "inputs": inputs}


def _encoded(text: Any) -> dict[str, Any]:
    return _node("CLIPTextEncode", text=text, clip=["4", 1])


def _with_mode(kind: str, mode: int) -> dict[str, Any]:
    document = editor(graph(WITH_LORA))
    for node in document["nodes"]:
        if node["type"] == kind:
            node["mode"] = mode
            node["outputs"] = [{"name": "MODEL", "type": "*"}]
    return document


def _with_subgraph(*, is_typed: bool = False) -> dict[str, Any]:
    """The positive prompt is encoded within a subgraph, whose text comes from outside."""
    document = editor(graph(SHOT))
    [encoder] = [node for node in document["nodes"] if node["id"] == 6]
    [clip] = [link for link in document["links"] if link[3] == 6]
    inside = dict(encoder, id=2, widgets_values=[""])
    inside["inputs"] = [
        {"name": "clip", "type": "CLIP", "link": 1},
        {"name": "text", "type": "STRING", "link": 2, "widget": {"name": "text"}},
    ]
    links = [
        {"id": 1, "origin_id": -10, "origin_slot": 0, "target_id": 2, "target_slot": 0},
        {"id": 2, "origin_id": -10, "origin_slot": 1, "target_id": 2, "target_slot": 1},
        {"id": 3, "origin_id": 2, "origin_slot": 0, "target_id": -20, "target_slot": 0},
    ]
    document["definitions"] = {
        "subgraphs": [
            {"id": "ab-cd", "nodes": [inside], "links": links,
             "inputs": [{"name": "clip"}, {"name": "text"}], "outputs": [{"name": "CONDITIONING"}]}
        ]
    }  # fmt: skip
    encoder |= {
        "type": "ab-cd",
        "inputs": [{"name": "clip", "link": clip[0]}, {"name": "text", "link": 90}],
    }
    if is_typed:
        encoder["inputs"][1] = {"name": "text", "link": None, "widget": {"name": "text"}}
        encoder["widgets_values"] = [SHOT.prompt]
        return document
    document["nodes"].append(
        {"id": 40, "type": "PrimitiveString", "mode": 0, "inputs": [], "outputs": [],
         "widgets_values": [SHOT.prompt]}
    )  # fmt: skip
    document["links"].append([90, 40, 0, 6, 1, "STRING"])
    return document


def _with_primitive() -> dict[str, Any]:
    document = editor(graph(SHOT))
    [encoder] = [node for node in document["nodes"] if node["id"] == 6]
    encoder["widgets_values"] = ["not this"]
    encoder["inputs"].append({"name": "text", "link": 90, "widget": {"name": "text"}})
    document["nodes"].append(
        {"id": 40, "type": "PrimitiveNode", "mode": 0, "inputs": [], "outputs": [],
         "widgets_values": [SHOT.prompt, "fixed"]}
    )  # fmt: skip
    document["links"].append([90, 40, 0, 6, len(encoder["inputs"]) - 1, "STRING"])
    return document


def _rerouted() -> dict[str, Any]:
    document = editor(graph(SHOT))
    document["nodes"].append(
        {"id": 40, "type": "Reroute", "mode": 0, "inputs": [{"name": "", "link": 90}],
         "outputs": [], "widgets_values": None}
    )  # fmt: skip
    [link] = [each for each in document["links"] if each[1] == 6]
    document["links"].append([90, 6, 0, 40, 0, "*"])
    link[1] = 40
    return document


def _with_set_and_get() -> dict[str, Any]:
    document = editor(graph(SHOT))
    document["nodes"] += [
        {"id": 40, "type": "SetNode", "mode": 0, "inputs": [{"name": "CONDITIONING", "link": 90}],
         "outputs": [], "widgets_values": ["positive"]},
        {"id": 41, "type": "GetNode", "mode": 0, "inputs": [], "outputs": [],
         "widgets_values": ["positive"]},
    ]  # fmt: skip
    [link] = [each for each in document["links"] if each[1] == 6]
    document["links"].append([90, 6, 0, 40, 0, "*"])
    link[1] = 41
    return document


def _with_unknown_text() -> dict[str, Any]:
    """A node of another maker has several values without names."""
    document = editor(graph(SHOT) | {"6": _encoded(["40", 0]), "40": _node("Some Texts")})
    [node] = [each for each in document["nodes"] if each["id"] == 40]
    node["widgets_values"] = ["prompts.txt", "a boat", 3]
    return document
