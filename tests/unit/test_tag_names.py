"""The one name of a tag, however it was typed."""

import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genonaut.content.rules import InvalidValueError
from genonaut.content.tag_names import tag_name
from genonaut.ingest.tag_columns import column_of_tags, usable_names


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("sea", "sea"),
        ("  The  Old\t\nSea\u00a0", "the old sea"),
        ("CAFE\u0301", "caf\u00e9"),
        ("\u212b", "\u00e5"),  # the sign for Ångström is a letter, too
        ("ΟΔΟΣ", "οδος"),
        ("\u0130zmir", "i\u0307zmir"),
        ("👩\u200d🎨", "👩\u200d🎨"),
        ("x" * 255, "x" * 255),
        (" " * 300 + "x", "x"),
    ],
)
def test_names(written: str, name: str):
    assert tag_name(written) == name


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "tag 7 is blank"),
        (" \t\n\u3000", "tag 7 is blank"),
        ("x" * 256, "tag 7 is longer than 255 characters"),
        ("\u0130" * 128, "tag 7 is longer than 255 characters"),
        ("a\0b", "tag 7 contains a NUL character or half a surrogate pair"),
        ("\ud800", "tag 7 contains a NUL character or half a surrogate pair"),
        ("a\x1b[31m", "tag 7 contains a control or invisible character"),
        ("a\x85b", "tag 7 contains a control or invisible character"),
        ("\u202eaes", "tag 7 contains a control or invisible character"),
        ("sea\u200b", "tag 7 contains a control or invisible character"),
    ],
)
def test_what_cannot_be_a_name(written: str, reason: str):
    with pytest.raises(InvalidValueError) as refused:
        tag_name(written, "tag 7")
    assert str(refused.value) == reason


@given(st.text() | st.characters())
def test_a_name_is_its_own_name_and_storable(written: str):
    with suppress(InvalidValueError):
        name = tag_name(written)
        assert tag_name(name) == name
        assert tag_name(f" {written}\n") == name
        assert 0 < len(name) <= 255
        assert unicodedata.is_normalized("NFC", name)
        assert not any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in name)
        assert name.encode()


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (None, ()),
        ("", ()),
        (" , ,", ()),
        ("Sea, night sky,,sea ", ("night sky", "sea")),
        ('["Sea, at night", " ", "1"]', ("1", "sea, at night")),
        (["b", "A", 7], ("7", "a", "b")),
        ("[]", ()),
        ([], ()),
        ("[wip] sea, b", ("[wip] sea", "b")),
        (2026, ("2026",)),
        (",".join(str(n) for n in range(50)) + ",1", tuple(sorted(str(n) for n in range(50)))),
    ],
)
def test_a_column(value: object, names: tuple[str, ...]):
    assert column_of_tags(value, "tags") == names


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("['sea']", "tags is not valid JSON"),
        ('[{"name": "sea"}]', "tags: tag 1 is not text"),
        (["sea", None, True], "tags: tag 3 is not text"),
        ({"sea": 1}, "tags is not text"),
        (True, "tags is not text"),
        ("a,,\x07", "tags: tag 3 contains a control or invisible character"),
        ("a," + "x" * 256, "tags: tag 2 is longer than 255 characters"),
        (["a", "x\0"], "tags: tag 2 contains a NUL character"),
        (",".join(str(n) for n in range(51)), "tags has more than 50 tags"),
    ],
)
def test_an_invalid_column(value: object, reason: str):
    with pytest.raises(InvalidValueError) as refused:
        column_of_tags(value, "tags")
    assert str(refused.value).startswith(reason)


def test_of_tags_that_a_program_made_up_the_usable_ones_are_taken():
    assert usable_names(["Sea", "x" * 256, None, "\0", " ", {}, 7, "sea "]) == ("7", "sea")
    many = [f"tag {number:02}" for number in reversed(range(60))]
    assert usable_names(many) == tuple(sorted(many[:50]))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.characters(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=8,
)


@given(ANYTHING)
def test_any_column_is_names_or_a_reason(value: object):
    with suppress(InvalidValueError):
        names = column_of_tags(value, "tags")
        assert list(names) == sorted({tag_name(name) for name in names})
