"""The open-prompts columns under the usual names."""

import json
from datetime import UTC, datetime

import pytest

from genonaut.content.rules import InvalidValueError
from genonaut.ingest.records import Record
from genonaut.ingest.rows import Defaults, ImportRow, parse_row

ADDRESS = "https://cdn.discordapp.com/attachments/100562/100634/a_kangaroo_ts-1660001285.png"
DISCORD = {
    "seed": 556046175,
    "width": 512,
    "height": 768,
    "content": "",
    "num_step": 50,
    "cfg_scale": 15.0,
    "image_uri": ADDRESS,
    "timestamp": 1660001285,
    "num_generations": 9,
}
RAW = {
    "image_uri": "PENDING",
    "modifiers": ["portrait photo"],
    "thumbnail_uri": "PENDING",
    "raw_discord_data": DISCORD,
}


def row(raw: object, **fields: object) -> ImportRow:
    text = raw if isinstance(raw, str) else json.dumps(raw)
    record = Record("x.csv", 2, {"prompt": "a kangaroo", "raw_data": text, **fields})
    return parse_row(record, Defaults())


def test_a_row():
    imported = row(RAW)
    assert imported.creator == "100562"
    assert imported.created_at == datetime(2022, 8, 8, 23, 28, 5, tzinfo=UTC)
    assert imported.content_data == ADDRESS
    assert imported.metadata == {
        "seed": 556046175,
        "width": 512,
        "height": 768,
        "steps": 50,
        "cfg_scale": 15.0,
        "num_generations": 9,
        "modifiers": ["portrait photo"],
    }


def test_an_address_of_its_own_comes_before_discords():
    assert row(RAW | {"image_uri": "https://example.org/x.png"}).content_data.endswith("x.png")


def test_what_is_missing_is_left_out():
    bare = row({})
    assert (bare.creator, bare.content_data, bare.created_at) == ("imported", "", None)
    assert bare.metadata == {}
    assert row("") == bare


def test_modifiers_are_tags_as_far_as_they_can_be():
    assert row(RAW).tags == ("portrait photo",)
    assert row(RAW | {"modifiers": ["Sea", "x" * 256, "", None, "a\x07"]}).tags == ("sea",)
    assert row(RAW | {"modifiers": "sea"}).tags == ()
    assert len(row(RAW | {"modifiers": [f"tag {n}" for n in range(60)]}).tags) == 50


def test_tags_made_of_modifiers_do_not_change_the_key():
    modifiers = {"modifiers": ["portrait photo"]}
    made = row(modifiers)
    assert (made.metadata, made.tags) == (modifiers, ("portrait photo",))
    plain = parse_row(
        Record("x.csv", 2, {"prompt": made.prompt, "metadata": modifiers}), Defaults()
    )
    assert made.import_key == plain.import_key
    assert plain.tags == ()


def test_columns_beside_it_come_first():
    assert row(RAW, creator="mara").creator == "mara"
    assert row(RAW, tags="sea, sky").tags == ("sea", "sky")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("{", "raw_data is not valid JSON"),
        ([], "raw_data is not a JSON object"),
        ({"raw_discord_data": [1]}, "raw_discord_data is not a JSON object"),
        ({"raw_discord_data": {"timestamp": 1e30}}, "created_at is"),
        ({"raw_discord_data": {"seed": "\0"}}, "metadata contains a NUL"),
    ],
)
def test_what_is_refused(raw: object, reason: str):
    with pytest.raises(InvalidValueError, match=reason):
        row(raw)
