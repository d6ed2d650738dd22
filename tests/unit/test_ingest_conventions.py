"""Every program's convention in every format: what was made is what is read."""

from pathlib import Path

from genonaut.ingest.rows import ImportRow
from tests.support.conventions import CONVENTIONS
from tests.support.pictures import Made, make
from tests.support.taking import take_one


def read(path: Path) -> ImportRow:
    row = take_one(path)
    assert isinstance(row, ImportRow)
    return row


def told(made: Made) -> dict[str, object]:
    """The settings that every program writes."""
    shot = made.shot
    lora = {"name": shot.lora[0], "weight": shot.lora[1]} if shot.lora else None
    return {
        "negative_prompt": shot.negative,
        "seed": shot.seed,
        "steps": shot.steps,
        "cfg_scale": shot.cfg,
        "model": shot.model,
        "width": shot.width,
        "height": shot.height,
        "loras": [lora] if lora and made.program != "novelai" else None,
    }


def test_what_was_made_is_read(tmp_path: Path):
    pictures = make(tmp_path, 80, seed=3, size=64)
    assert {made.program for made in pictures} == CONVENTIONS.keys()
    assert len({made.path.suffix for made in pictures}) == 5
    for made in pictures:
        row = read(made.path)
        if made.program == "camera":
            assert (row.prompt, row.title) == ("", made.path.stem)
            assert row.metadata.keys() == {"width", "height"}
        else:
            # AUTOMATIC1111's prompts have the LoRA in them.
            assert row.prompt.replace(" <lora:inkwash:0.8>", "") == made.shot.prompt
            found = {name: row.metadata.get(name) for name in told(made)}
            assert found == told(made), made.path.name
            program = row.metadata["program"].lower().replace(" ", "")
            assert program == made.program


def test_the_same_arguments_make_the_same_pictures(tmp_path: Path):
    one, two = (make(tmp_path / name, 12, seed=5, size=48) for name in ("one", "two"))
    assert [made.path.read_bytes() for made in one] == [made.path.read_bytes() for made in two]
    assert len({made.path.read_bytes() for made in one}) == 12
