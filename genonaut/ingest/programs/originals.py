"""What a file has as its program wrote it, for a download."""

from collections.abc import Mapping
from typing import Any

from genonaut.ingest.programs.comfyui_editor import is_editor
from genonaut.ingest.programs.comfyui_graph import graph_of
from genonaut.ingest.programs.left import left_in


def workflow(texts: Mapping[str, str]) -> dict[str, Any] | None:
    """ComfyUI's workflow, which its editor opens: the editor's own, else the graph that was run."""
    documents = [*left_in(texts).objects.values()]
    for document in list(documents):
        # SwarmUI and others have it within their own data.
        documents += [each for each in document.values() if isinstance(each, dict)]
    editors = (document for document in documents if is_editor(document))
    graphs = (document for document in documents if graph_of(document).nodes)
    return next(editors, None) or next(graphs, None)


def raw_texts(texts: Mapping[str, str]) -> dict[str, str]:
    """The texts that are not blank, by name, in the order of the file."""
    return {name: text for name, text in texts.items() if text.strip()}
