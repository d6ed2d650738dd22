"""Every record becomes a row that PostgreSQL accepts, or a reason."""

import json
import math
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genonaut.content.rules import InvalidValueError, short_title
from genonaut.content.tag_names import tag_name
from genonaut.errors import UsageError
from genonaut.ingest.records import Record
from genonaut.ingest.rows import Defaults, ImportRow, parse_row


def row(_defaults: Defaults = Defaults(), /, **fields: object) -> ImportRow:  # noqa: B008
    return parse_row(Record("x.csv", 2, {"prompt": "a cat"} | fields), _defaults)


def test_a_prompt_is_enough():
    assert row() == ImportRow(
        line=2,
        prompt="a cat",
        title="a cat",
        creator="imported",
        created_at=None,
        source="items",
        content_data="",
        quality_score=0.0,
        metadata={},
        tags=(),
        import_key=row().import_key,
    )


def test_everything_given():
    given_row = row(
        prompt="  a dog ",
        title="Dog",
        username="mara",
        created_at="2024-02-29T12:00:00+02:00",
        source="Auto",
        content_data="https://example.org/dog.png",
        quality_score="0.75",
        metadata='{"seed": 1}',
        tags="Dog, best friend",
        model="sdxl",
        empty="",
    )
    assert given_row.prompt == "a dog"
    assert (given_row.title, given_row.creator, given_row.source) == ("Dog", "mara", "auto")
    assert given_row.created_at == datetime(2024, 2, 29, 10, tzinfo=UTC)
    assert given_row.content_data == "https://example.org/dog.png"
    assert given_row.quality_score == 0.75
    assert given_row.metadata == {"seed": 1, "model": "sdxl"}
    assert given_row.tags == ("best friend", "dog")


def test_defaults_are_for_rows_that_do_not_say():
    defaults = Defaults("me", "auto")
    assert (row(defaults).creator, row(defaults).source) == ("me", "auto")
    said = row(defaults, creator="you", source="regular")
    assert (said.creator, said.source) == ("you", "items")


@pytest.mark.parametrize("creator", ["", " ", " me", "x" * 256, "a\0b"])
def test_an_invalid_default_creator(creator: str):
    with pytest.raises(UsageError):
        Defaults(creator)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"prompt": ""}, "prompt is empty"),
        ({"prompt": " \n "}, "prompt is empty"),
        ({"prompt": None}, "prompt is empty"),
        ({"prompt": ["a"]}, "prompt is not text"),
        ({"prompt": "x" * 20_001}, "prompt is longer than 20,000 characters"),
        ({"prompt": "a\0b"}, "prompt contains a NUL character or half a surrogate pair"),
        ({"prompt": "\ud800"}, "prompt contains a NUL character or half a surrogate pair"),
        ({"title": "x" * 256}, "title is longer than 255 characters"),
        ({"creator": "x" * 256}, "creator is longer than 255 characters"),
        ({"source": "robot"}, "source is neither regular nor auto"),
        ({"quality_score": "good"}, "quality_score is not a number"),
        ({"quality_score": True}, "quality_score is not a number"),
        ({"quality_score": "nan"}, "quality_score is not a finite number"),
        ({"quality_score": 10**400}, "quality_score is not a number"),
        ({"metadata": "{"}, "metadata is not valid JSON: Expecting property name enclosed in "),
        ({"metadata": "[1]"}, "metadata is not a JSON object"),
        ({"metadata": '{"a": NaN}'}, "NaN is not valid JSON"),
        ({"metadata": '{"a": 1e999}'}, "metadata contains a number that is not finite"),
        ({"metadata": '{"a": %s}' % ("9" * 5000)}, "metadata contains a number that is too long"),
        ({"metadata": '{"a": ["\\u0000"]}'}, "metadata contains a NUL character or half a "),
        ({"metadata": '{"\\u0000": 1}'}, "metadata contains a NUL character or half a surrogate"),
        ({"metadata": '{"a":' * 80 + "1" + "}" * 80}, "metadata is nested too deeply"),
        ({"metadata": '{"a":' * 90_000 + "1" + "}" * 90_000}, "metadata is nested too deeply"),
        ({"tags": "['a']"}, "tags is not valid JSON: "),
        ({"tags": "a,b\x07"}, "tags: tag 2 contains a control or invisible character"),
        ({"created_at": "yesterday"}, "created_at is neither an ISO 8601 date nor unix seconds"),
        ({"created_at": "2024-02-30"}, "created_at is neither an ISO 8601 date nor unix seconds"),
        ({"created_at": True}, "created_at is neither an ISO 8601 date nor unix seconds"),
        ({"created_at": "1e300"}, "created_at is neither an ISO 8601 date nor unix seconds"),
        ({"created_at": "1" * 400}, "created_at is neither an ISO 8601 date nor unix seconds"),
        ({"created_at": "0001-01-01T00:00+14:00"}, "created_at is neither an ISO 8601 date nor"),
        ({"created_at": 99_999_999_999}, "created_at is not between 1970 and 2100 (unix time "),
        ({"created_at": "1969-12-31T23:59:59Z"}, "created_at is not between 1970 and 2100 (unix"),
    ],
)
def test_what_is_refused_and_why(fields: dict[str, Any], reason: str):
    with pytest.raises(InvalidValueError) as refused:
        row(**fields)
    assert str(refused.value).startswith(reason)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1660001285", datetime(2022, 8, 8, 23, 28, 5, tzinfo=UTC)),
        (1660001285, datetime(2022, 8, 8, 23, 28, 5, tzinfo=UTC)),
        ("1.660001285e9", datetime(2022, 8, 8, 23, 28, 5, tzinfo=UTC)),
        ("1660001285.5", datetime(2022, 8, 8, 23, 28, 5, 500_000, tzinfo=UTC)),
        ("0", datetime(1970, 1, 1, tzinfo=UTC)),
        ("20220808", datetime(2022, 8, 8, tzinfo=UTC)),
        ("2022-08-08", datetime(2022, 8, 8, tzinfo=UTC)),
        (" 2022-08-08 10:00 ", datetime(2022, 8, 8, 10, tzinfo=UTC)),
        ("2022-08-08T10:00Z", datetime(2022, 8, 8, 10, tzinfo=UTC)),
        ("", None),
        (None, None),
    ],
)
def test_moments(text: object, moment: datetime | None):
    assert row(created_at=text).created_at == moment


@given(st.datetimes(datetime(1970, 1, 2), datetime(2099, 12, 30)), st.integers(-14, 14))  # noqa: DTZ001
def test_the_same_moment_in_another_zone_is_the_same_row(moment: datetime, hours: int):
    here = moment.replace(tzinfo=UTC)
    there = here.astimezone(timezone(timedelta(hours=hours)))
    assert row(created_at=here.isoformat()) == row(created_at=there.isoformat())


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.characters(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=8,
)
COLUMNS = (
    "title creator username created_at source content_data quality_score metadata raw_data tags x"
)


@given(st.text() | ANYTHING, st.dictionaries(st.sampled_from(COLUMNS.split()), ANYTHING))
def test_any_values_become_a_storable_row_or_a_reason(prompt: object, fields: dict[str, Any]):
    with suppress(InvalidValueError):
        assert_storable(row(prompt=prompt, **fields))


def assert_storable(good: ImportRow) -> None:
    for text, limit in ((good.prompt, 20_000), (good.title, 255), (good.creator, 255)):
        assert 0 < len(text) <= limit
        assert "\0" not in text.encode().decode()
    assert good.tags == tuple(sorted({tag_name(tag) for tag in good.tags}))
    assert good.source in {"items", "auto"}
    assert math.isfinite(good.quality_score)
    assert good.created_at is None or good.created_at.utcoffset() == timedelta(0)
    stored = json.loads(good.item_metadata, parse_constant=pytest.fail)
    assert stored == {**good.metadata, "import_key": good.import_key}
    assert "\\u0000" not in good.item_metadata.replace("\\\\", "").encode().decode()


def test_the_key_depends_on_the_content_alone():
    here = parse_row(Record("a.csv", 2, {"prompt": "x", "title": "", "seed": 1}), Defaults())
    there = parse_row(Record("b.jsonl", 9, {"seed": 1, "prompt": "x "}), Defaults())
    assert here.import_key == there.import_key
    assert len(here.import_key) == 64


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": "a dog"},
        {"title": "a cat"},
        {"creator": "other"},
        {"created_at": "2024-01-01"},
        {"source": "auto"},
        {"content_data": "x.png"},
        {"quality_score": 1},
        {"metadata": {"seed": 1}},
        {"tags": "sea"},
    ],
    ids=str,
)
def test_the_key_knows_every_value(change: dict[str, Any]):
    assert row(**change).import_key != row().import_key


def test_a_column_without_tags_does_not_change_the_key():
    assert row(tags="").import_key == row(tags=[" "]).import_key == row().import_key


def test_a_key_that_comes_with_a_row_is_not_believed():
    assert row(metadata={"import_key": "mine"}) == row(import_key="mine") == row()


@given(st.text(min_size=1).filter(str.strip))
def test_titles_are_short_and_on_one_line(prompt: str):
    title = short_title(prompt.strip())
    assert 0 < len(title) <= 81
    assert len(title.splitlines()) == 1


def test_titles_end_after_a_word():
    assert short_title("word " * 100) == "word " * 15 + "word…"
    assert short_title("x" * 100) == "x" * 80 + "…"
    assert short_title("two\n lines") == "two lines"
