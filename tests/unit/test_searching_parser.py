"""The language of the search box: what is read, what is a mistake, and that reading never fails."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genonaut.api.gallery.searching.language import (
    FIELDS,
    LONGEST_SEARCH,
    MOST_FIELDS,
    Field,
    Mistake,
    Search,
    SearchError,
    Text,
)
from genonaut.api.gallery.searching.parser import parse, write

PIECES = [
    *(f"{name}:" for name in FIELDS),
    *("fox", "red fox", "café", "灯台", "कि", "-", "--", "*", '"', " ", "  ", ":", "(", ")", "1.2"),
    *("sd xl", "1234", "512x768", "2026", "2026-03", "private", "workflow", "modle:", "tags:"),
    *("<lora:x:0.8>", "\u00a0", "\n", "👩\u200d🚀", "|", "\\", "'", "%", "_", "İ", "x" * 300),
]
SEARCHES = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=12).map("".join)


FOX = Text("fox")


def fox(*, open_start: bool = False, open_end: bool = False, excluded: bool = False) -> Text:
    return Text("fox", open_start, open_end, excluded)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", ()), ("   ", ()), ('"', ()),
        ("red fox", (Text("red"), FOX)),
        ('"red  fox"', (Text("red fox"),)),
        ('"red fox', (Text("red"), FOX)),
        ('tea"house"', (Text("tea"), Text("house"))),
        ('""', (Text(""),)),
        ("-fox", (fox(excluded=True),)),
        ('-"red fox"', (Text("red fox", excluded=True),)),
        ("--ar 16:9", (Text("--ar"), Text("16:9"))),
        ("a - b", (Text("a"), Text("-"), Text("b"))),
        ("a -> b", (Text("a"), Text("->"), Text("b"))),
        ("(fox:1.2)", (Text("(fox:1.2)"),)),
        ("<lora:x:0.8>", (Text("<lora:x:0.8>"),)),
        ("style:anime", (Text("style:anime"),)),
        ("https://example.com", (Text("https://example.com"),)),
        ('"model:x"', (Text("model:x"),)),
        ("fox*", (fox(open_end=True),)), ("*fox", (fox(open_start=True),)),
        ("-*fox*", (fox(open_start=True, open_end=True, excluded=True),)),
        ('"fox*"', (Text("fox*"),)), ("5*3", (Text("5*3"),)), ("***", (Text("***"),)),
        ("MODEL:sdxl", (Field("model", "sdxl"),)),
        ('model:"sd  xl"', (Field("model", "sd xl"),)),
        ("model:sd*", (Field("model", "sd", open_end=True),)),
        ("-lora:x", (Field("lora", "x", excluded=True),)),
        ("size:0512X768", (Field("size", "512x768"),)),
        ("is:Private", (Field("is", "private"),)),
        ('"red"-fox', (Text("red"), fox(excluded=True))),
        ("model:a:b", (Field("model", "a:b"),)),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_read(text: str, terms: tuple[Text | Field, ...]) -> None:
    assert parse(text) == Search(terms)


@given(SEARCHES)
def test_reading_never_fails_and_mistakes_are_within_the_text(text: str) -> None:
    for mistake in mistakes_in(text):
        assert mistake.message
        if mistake.place:
            assert 0 <= mistake.place.start < mistake.place.end <= len(text)


def mistakes_in(text: str) -> tuple[Mistake, ...]:
    try:
        parse(text)
    except SearchError as error:
        return error.mistakes
    return ()


@given(SEARCHES)
def test_what_is_written_says_the_same(text: str) -> None:
    with suppress(SearchError):
        search = parse(text)
        assert parse(write(search)) == search


@given(SEARCHES)
def test_a_mistake_stays_where_it_is_beside_other_words(text: str) -> None:
    found = [one for one in mistakes_in(text) if one.place and "quote is not" not in one.message]
    behind = [one.place for one in mistakes_in(f"{text} fox") if one.place]
    for one in found:
        if "hyphen" not in one.message and "follows" not in one.message:
            assert one.place in behind or not behind


def test_all_mistakes_are_told_the_first_with_its_place() -> None:
    with pytest.raises(SearchError) as told:
        parse("fox modle:x is:foo")
    assert [mistake.place and mistake.place.start for mistake in told.value.mistakes] == [4, 12]
    assert "At character 5, `modle:x`: there is no field `modle:`" in str(told.value)
    assert "the first of 2 mistakes" in str(told.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x" * (LONGEST_SEARCH + 1), "at most 1,000 characters"),
        ("a " * 33, "at most 32 words, and this one has 33"),
        ("is:auto " * 5 + "has:workflow " * (MOST_FIELDS - 4), "words"),
        ("seed:1 " * MOST_FIELDS, ""),
    ],
)
def test_a_search_has_limits(text: str, says: str) -> None:
    if not says:
        assert len(parse(text).fields) == MOST_FIELDS
        return
    with pytest.raises(SearchError, match=says):
        parse(text)
