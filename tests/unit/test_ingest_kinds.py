"""Every kind of picture that `tests.support.kinds` knows is read, or rejected."""

from pathlib import Path

import pytest

from genonaut.errors import UnreadableInputError
from genonaut.ingest.pictures import ONLY, PictureFiles
from genonaut.ingest.records import Record
from genonaut.ingest.rows import Defaults, parse_row
from tests.support import kinds, kinds_of_programs
from tests.support.kinds import Kind

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
        with pytest.raises(UnreadableInputError) as refused:
            list(PictureFiles(path))
        assert str(refused.value).endswith(f" is {kind.answer}: {ONLY}.")
        return
    (record,) = PictureFiles(path)
    assert isinstance(record, Record)
    row = parse_row(record, Defaults())
    found = {**row.metadata, "prompt": row.prompt, "title": row.title}
    assert {name: found.get(name) for name in kind.answer} == kind.answer
