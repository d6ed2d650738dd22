"""The generation data of other programs: a reader for each, chosen by the content of a file."""

from collections.abc import Mapping
from typing import Any

from genonaut.content.rules import InvalidValueError
from genonaut.ingest.programs.automatic1111 import automatic1111
from genonaut.ingest.programs.by_name import named_in_json
from genonaut.ingest.programs.comfyui import comfyui
from genonaut.ingest.programs.draw_things import draw_things
from genonaut.ingest.programs.easy_diffusion import easy_diffusion, in_json
from genonaut.ingest.programs.fooocus import fooocus
from genonaut.ingest.programs.invokeai import invokeai
from genonaut.ingest.programs.left import Program, UntoldPromptError, left_in
from genonaut.ingest.programs.midjourney import midjourney
from genonaut.ingest.programs.mochi import mochi
from genonaut.ingest.programs.novelai import novelai
from genonaut.ingest.programs.stability_matrix import stability_matrix
from genonaut.ingest.programs.swarmui import swarmui
from genonaut.ingest.programs.typed import typed

PROGRAMS: tuple[Program, ...] = (
    Program("SwarmUI", swarmui),
    Program("InvokeAI", invokeai),
    Program("NovelAI", novelai),
    Program("Draw Things", draw_things),
    Program("Fooocus", fooocus),
    Program("StabilityMatrix", stability_matrix),
    Program("Mochi Diffusion", mochi),
    Program("Midjourney", midjourney),
    Program("Easy Diffusion", in_json),
    Program("", named_in_json),
    Program("AUTOMATIC1111", automatic1111),
    Program("ComfyUI", comfyui),
    Program("Easy Diffusion", easy_diffusion),
)
"""In the order in which they are asked; a file often has the data of two."""


def generation(texts: Mapping[str, str]) -> dict[str, Any]:
    """The prompt and the settings of the first program that knows the prompt.

    The prompt is empty if the file has no generation data, or if the program's cannot be told. Then
    `prompt_unknown` says why: an empty prompt is better than a wrong one.
    """
    left = left_in(texts)
    without_prompt: list[dict[str, Any]] = []
    for program in PROGRAMS:
        try:
            found = program.read(left)
        except UntoldPromptError as error:
            found = error.settings | {"prompt": "", "prompt_unknown": str(error)}
        except InvalidValueError as error:
            found = {"prompt_unknown": str(error)}
        if found is not None:
            settings = typed({"program": program.name} | found)
            if settings.get("prompt"):
                return settings
            without_prompt.append(settings)
    return {"prompt": ""} | next(iter(without_prompt), {})
