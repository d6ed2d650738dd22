"""Every kind of picture that `tests.support.kinds` knows is read, or rejected."""

from pathlib import Path

import pytest

from genonaut.ingest.records import Reject
from genonaut.ingest.rows import ImportRow
from genonaut.ingest.taking import ONLY
from tests.support import kinds, kinds_of_programs
from tests.support.kinds import Kind
from tests.support.taking import take_one

KINDS = [
    *kinds.formats(),
    *kinds.encodings(),
    *kinds.places_hidden(),
    *kinds_of_programs.text_programs(),
    *kinds_of_programs.json_programs(),
    *kinds_of_programs.comfyui(),
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind(tmp_path: Path, kind: Kind):
    path = tmp_path / kind.name
    path.write_bytes(kind.content)
    if isinstance(kind.answer, str):
        refused = take_one(path)
        assert isinstance(refused, Reject)
        assert refused.reason == f"{kind.answer}: {ONLY}"
        return
    row = take_one(path)
    assert isinstance(row, ImportRow)
    found = {**row.metadata, "prompt": row.prompt, "title": row.title}
    assert {name: found.get(name) for name in kind.answer} == kind.answer
