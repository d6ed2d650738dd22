"""What programs leave in a picture, each in its own convention: texts by the place they stand in.

In a PNG a text stands under its name. In the other formats `UserComment`, `Make` and `Model` are
EXIF, `XMP` is XMP, and `Comment` is the format's own comment.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import quoteattr

Texts = dict[str, str]


@dataclass(frozen=True, slots=True)
class Shot:
    """How a picture was made."""

    prompt: str
    negative: str
    seed: int
    steps: int
    cfg: float
    model: str
    lora: tuple[str, float] | None
    width: int
    height: int


def lines(shot: Shot) -> str:
    """AUTOMATIC1111's lines."""
    lora = f" <lora:{shot.lora[0]}:{shot.lora[1]}>" if shot.lora else ""
    hashes = f', Lora hashes: "{shot.lora[0]}: 0123456789ab"' if shot.lora else ""
    return (
        f"{shot.prompt}{lora}\nNegative prompt: {shot.negative}\n"
        f"Steps: {shot.steps}, Sampler: Euler a, Schedule type: Karras, CFG scale: {shot.cfg}, "
        f"Seed: {shot.seed}, Size: {shot.width}x{shot.height}, Model hash: 6ce0161689, "
        f"Model: {shot.model}{hashes}, Version: v1.10.1"
    )


def automatic1111(shot: Shot) -> Texts:
    return {"parameters": lines(shot), "UserComment": lines(shot), "Comment": lines(shot)}


def comfyui(shot: Shot) -> Texts:
    prompt, workflow = json.dumps(graph(shot)), json.dumps(editor(graph(shot)))
    named = {"Model": f"prompt:{prompt}", "Make": f"workflow:{workflow}"}
    return {"prompt": prompt, "workflow": workflow, **named}


def graph(shot: Shot) -> dict[str, Any]:
    """ComfyUI's graph as it was run."""

    def node(kind: str, **inputs: object) -> dict[str, Any]:
        return {"class_type": kind, "inputs": inputs}

    nodes = {
        "3": node(
            "KSampler", seed=shot.seed, steps=shot.steps, cfg=shot.cfg, sampler_name="euler",
            scheduler="karras", denoise=1, model=["4", 0], positive=["6", 0], negative=["7", 0],
            latent_image=["5", 0],
        ),
        "4": node("CheckpointLoaderSimple", ckpt_name=f"{shot.model}.safetensors"),
        "5": node("EmptyLatentImage", width=shot.width, height=shot.height, batch_size=1),
        "6": node("CLIPTextEncode", text=shot.prompt, clip=["4", 1]),
        "7": node("CLIPTextEncode", text=shot.negative, clip=["4", 1]),
        "8": node("VAEDecode", samples=["3", 0], vae=["4", 2]),
        "9": node("SaveImage", filename_prefix="ComfyUI", images=["8", 0]),
    }  # fmt: skip
    if shot.lora:
        nodes["10"] = node(
            "LoraLoader", lora_name=f"{shot.lora[0]}.safetensors", strength_model=shot.lora[1],
            strength_clip=shot.lora[1], model=["4", 0], clip=["4", 1],
        )  # fmt: skip
        nodes["3"]["inputs"]["model"] = ["10", 0]
    return nodes


def editor(nodes: Mapping[str, Any]) -> dict[str, Any]:
    """The same as the editor has it: values in order, and links in a list."""
    links: list[list[Any]] = []
    drawn = []
    for key, node in nodes.items():
        sockets: list[dict[str, Any]] = []
        values: list[Any] = []
        for name, value in node["inputs"].items():
            if isinstance(value, list):
                links.append([len(links) + 1, int(value[0]), value[1], int(key), len(sockets), "*"])
                sockets.append({"name": name, "type": "*", "link": len(links)})
            else:
                values.append(value)
            if name == "seed":
                values.append("randomize")
        drawn.append(
            {"id": int(key), "type": node["class_type"], "mode": 0, "inputs": sockets,
             "outputs": [], "widgets_values": values}
        )  # fmt: skip
    return {"version": 0.4, "nodes": drawn, "links": links, "groups": []}


def swarmui(shot: Shot) -> Texts:
    loras = {"loras": [shot.lora[0]], "loraweights": [str(shot.lora[1])]} if shot.lora else {}
    written = json.dumps(
        {
            "sui_image_params": {
                "prompt": shot.prompt, "negativeprompt": shot.negative, "model": shot.model,
                "seed": shot.seed, "steps": shot.steps, "cfgscale": shot.cfg,
                "width": shot.width, "height": shot.height, "sampler": "euler",
                "scheduler": "karras", **loras, "swarm_version": "0.9.6",
            },
            "sui_extra_data": {"date": "2026-01-05"},
        }
    )  # fmt: skip
    return {"parameters": written, "UserComment": written}


def fooocus(shot: Shot) -> Texts:
    loras = [[f"{shot.lora[0]}.safetensors", shot.lora[1], "0123456789"]] if shot.lora else []
    written = json.dumps(
        {
            "prompt": shot.prompt, "negative_prompt": shot.negative, "seed": str(shot.seed),
            "steps": shot.steps, "guidance_scale": shot.cfg, "sampler": "euler",
            "scheduler": "karras", "base_model": shot.model, "loras": loras,
            "resolution": str((shot.width, shot.height)), "version": "Fooocus v2.5.5",
        }
    )  # fmt: skip
    return {"parameters": written, "fooocus_scheme": "fooocus", "UserComment": written}


def invokeai(shot: Shot) -> Texts:
    loras = [{"model": {"name": shot.lora[0]}, "weight": shot.lora[1]}] if shot.lora else []
    written = json.dumps(
        {
            "generation_mode": "txt2img", "positive_prompt": shot.prompt, "seed": shot.seed,
            "negative_prompt": shot.negative, "steps": shot.steps, "cfg_scale": shot.cfg,
            "scheduler": "euler", "width": shot.width, "height": shot.height, "loras": loras,
            "model": {"name": shot.model, "base": "sdxl"}, "app_version": "5.6.0",
        }
    )  # fmt: skip
    return {"invokeai_metadata": written}


def novelai(shot: Shot) -> Texts:
    comment = json.dumps(
        {
            "prompt": shot.prompt, "uc": shot.negative, "steps": shot.steps, "scale": shot.cfg,
            "seed": shot.seed, "width": shot.width, "height": shot.height,
            "sampler": "k_euler", "noise_schedule": "karras",
        }
    )  # fmt: skip
    described = {"Software": "NovelAI", "Source": shot.model, "Description": shot.prompt}
    whole = described | {"Comment": comment}
    return whole | {"UserComment": json.dumps(whole)}


def easy_diffusion(shot: Shot) -> Texts:
    lora = {"use_lora_model": shot.lora[0], "lora_alpha": str(shot.lora[1])} if shot.lora else {}
    written = {
        "prompt": shot.prompt, "negative_prompt": shot.negative, "seed": str(shot.seed),
        "num_inference_steps": str(shot.steps), "guidance_scale": str(shot.cfg),
        "sampler_name": "euler_a", "use_stable_diffusion_model": shot.model,
        "width": str(shot.width), "height": str(shot.height), **lora,
    }  # fmt: skip
    return written | {"UserComment": json.dumps(written)}


def draw_things(shot: Shot) -> Texts:
    loras = [{"model": shot.lora[0], "weight": shot.lora[1]}] if shot.lora else []
    written = json.dumps(
        {
            "c": shot.prompt, "uc": shot.negative, "seed": shot.seed, "steps": shot.steps,
            "scale": shot.cfg, "sampler": "Euler A", "model": shot.model, "lora": loras,
            "size": f"{shot.width}x{shot.height}",
        }
    )  # fmt: skip
    xmp = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        'xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
        f'xmp:CreatorTool="Draw Things"><exif:UserComment><rdf:Alt><rdf:li xml:lang="x-default">'
        f"{quoteattr(written)[1:-1]}</rdf:li></rdf:Alt></exif:UserComment></rdf:Description>"
        "</rdf:RDF></x:xmpmeta>"
    )
    return {"XML:com.adobe.xmp": xmp, "XMP": xmp}


def nothing(_shot: Shot) -> Texts:
    return {}


CONVENTIONS: dict[str, tuple[Callable[[Shot], Texts], tuple[str, ...]]] = {
    "automatic1111": (automatic1111, ("png", "jpg", "webp", "avif", "gif")),
    "comfyui": (comfyui, ("png", "webp", "avif")),
    "swarmui": (swarmui, ("png", "jpg")),
    "fooocus": (fooocus, ("png", "jpg", "webp")),
    "invokeai": (invokeai, ("png",)),
    "novelai": (novelai, ("png", "webp")),
    "easydiffusion": (easy_diffusion, ("png", "jpg", "webp")),
    "drawthings": (draw_things, ("png", "jpg", "webp")),
    "camera": (nothing, ("png", "jpg", "webp", "avif", "gif")),
}
"""Each with the formats in which its program writes it."""
