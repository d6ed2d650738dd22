"""What a file has as its program wrote it: ComfyUI's workflow, and the texts."""

import io
import json

import pytest

from genonaut.ingest.programs.originals import raw_texts, workflow
from genonaut.ingest.taking import read_picture
from tests.support.conventions import CONVENTIONS, editor, graph
from tests.support.kinds import LINES, SHOT, saved
from tests.support.pictures import drawn, save

GRAPH, EDITOR = graph(SHOT), editor(graph(SHOT))


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        ({"prompt": GRAPH, "workflow": EDITOR}, EDITOR),
        ({"workflow": EDITOR, "prompt": GRAPH}, EDITOR),
        ({"prompt": GRAPH}, GRAPH),
        ({"anything": EDITOR}, EDITOR),
        ({"parameters": {"sui_image_params": {}, "workflow": EDITOR}}, EDITOR),
        ({"parameters": {"prompt": "a boat"}}, None),
        ({}, None),
    ],
)
def test_the_workflow(texts: dict[str, object], found: object):
    assert workflow({name: json.dumps(each) for name, each in texts.items()}) == found


def test_lines_have_no_workflow():
    assert workflow({"parameters": LINES}) is None


@pytest.mark.parametrize("form", ["png", "webp", "avif"])
def test_the_workflow_of_a_file(tmp_path, form: str):
    path = tmp_path / f"a.{form}"
    save(path, form, drawn(SHOT), CONVENTIONS["comfyui"][0](SHOT))
    with path.open("rb") as stream:
        assert workflow(read_picture(stream).texts) == EDITOR


def test_the_raw_texts():
    content = io.BytesIO(saved("GIF", comment=LINES.encode()))
    assert raw_texts(read_picture(content).texts) == {"Comment": LINES}
