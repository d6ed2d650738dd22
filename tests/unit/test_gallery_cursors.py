"""Cursors: exact to the last bit, and good for one list only."""

import string
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genonaut.api.gallery import cursors
from genonaut.api.gallery.cursors import Cursor
from genonaut.api.gallery.orders import Position, SortValue
from genonaut.api.gallery.query import ALL_SWITCHES, GalleryQuery, SortField
from genonaut.errors import InvalidCursorError

ADA = UUID("0b5e0c3e-6a0f-4c55-9f3a-0f6e1f4f7a10")
BIGINTS = st.integers(-(2**63), 2**63 - 1)
VALUES: dict[SortField, st.SearchStrategy[SortValue]] = {
    "created_at": st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5))])),
    "updated_at": st.datetimes(timezones=st.just(UTC)),
    "quality_score": st.floats(allow_nan=False),
    "title": st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    "rating": st.integers(0, 6).map(float),
    "rating_mean": st.floats(0, 6),
}
SCORES: GalleryQuery = GalleryQuery(sort_field="quality_score")
CURSOR = Cursor(backward=False, offset=10, position=Position(0.1, 17))


@st.composite
def placed(draw: st.DrawFn) -> tuple[GalleryQuery, Cursor]:
    field = draw(st.sampled_from(list(VALUES)))
    position = draw(st.none() | st.builds(Position, VALUES[field], BIGINTS))
    return GalleryQuery(sort_field=field), draw(
        st.builds(Cursor, st.booleans(), st.integers(0, 2**63 - 1), st.just(position))
    )


@given(placed())
def test_what_is_written_is_read(written: tuple[GalleryQuery, Cursor]) -> None:
    query, cursor = written
    text = cursors.write(cursor, query)
    assert cursors.read(text, query) == cursor
    assert set(text) <= set(string.ascii_letters + string.digits + "-_")


@pytest.mark.parametrize("score", [0.1, -0.0, 5e-324, float("inf"), float("-inf")])
def test_a_score_is_kept_to_the_last_bit(score: float) -> None:
    text = cursors.write(replace(CURSOR, position=Position(score, 1)), SCORES)
    position = cursors.read(text, SCORES).position
    assert position is not None
    assert str(position.value) == str(score)


def test_every_changed_character_is_noticed() -> None:
    text = cursors.write(CURSOR, SCORES)
    for place in range(len(text)):
        for other in string.ascii_letters + string.digits + "-_=. \n":
            changed = text[:place] + other + text[place + 1 :]
            if changed != text:
                refused(changed, SCORES)
        refused(text[:place], SCORES)
        refused(text[:place] + text[place + 1 :], SCORES)
    for more in ("=", "==", "A", " ", "\n"):
        refused(text + more, SCORES)
        refused(more + text, SCORES)


@pytest.mark.parametrize(
    "change",
    [
        {"switches": ALL_SWITCHES - {"user-auto"}},
        {"user_id": ADA},
        {"search": "sea"},
        {"tags": ("sea",)},
        {"tag_match": "all"},
        {"sort_field": "created_at"},
        {"sort_order": "asc"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_cursor_of_another_list_is_refused(change: dict[str, object]) -> None:
    refused(cursors.write(CURSOR, SCORES), replace(SCORES, **change))  # type: ignore[arg-type]


@pytest.mark.parametrize("change", [{"page": 3}, {"page_size": 50}, {"include_stats": True}])
def test_the_same_list_may_be_read_in_other_portions(change: dict[str, object]) -> None:
    other = replace(SCORES, **change)  # type: ignore[arg-type]
    assert cursors.read(cursors.write(CURSOR, SCORES), other) == CURSOR


@given(st.text() | st.binary().map(lambda raw: urlsafe_b64encode(raw).decode()))
def test_garbage_is_refused(text: str) -> None:
    refused(text, SCORES)


@pytest.mark.parametrize(
    "payload",
    [
        "", "null", "[]", "{}", "[true]", "[1,2]", "[false,-9223372036854775809]", "[false,1.5]",
        '[false,1,"1.0"]', '[false,1,"1.0",2,3]', "[false,1,null,2]", "[false,1,0.5,2]",
        '[false,1,"one",2]', '[false,1,"1.0",9223372036854775808]', '[false,1,"1.0",true]',
        '[false,1,"1e99999",2]', '[false,1,["a"],2]', '[false, 1, "1.0", 2]',
        "[" * 100_000, "[false," + "9" * 5000 + "]", "\ud800",
    ],
)  # fmt: skip
def test_whoever_can_make_the_checksum_can_make_nothing_else(payload: str) -> None:
    refused(forged(payload, SCORES), SCORES)


def test_whoever_can_make_the_checksum_can_make_a_cursor() -> None:
    """So what is refused above is refused for what it says."""
    made = Cursor(backward=False, offset=1, position=Position(1.0, 2))
    assert cursors.read(forged('[false,1,"1.0",2]', SCORES), SCORES) == made


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("created_at", "2026-01-01T00:00:00"),
        ("created_at", "1.0"),
        ("created_at", "10000-01-01T00:00:00+00:00"),
        ("title", "a\\u0000b"),
        ("title", "\\ud800"),
        ("rating", "6.5"),
        ("rating", "-1.0"),
        ("rating", "four"),
        ("rating_mean", "nan"),
        ("rating_mean", "inf"),
    ],
)
def test_a_value_that_no_item_can_have_is_refused(field: SortField, value: str) -> None:
    query = GalleryQuery(sort_field=field)
    refused(forged(f'[false,1,"{value}",2]', query), query)


def forged(payload: str, query: GalleryQuery) -> str:
    raw = payload.encode(errors="surrogatepass")
    return urlsafe_b64encode(cursors._checksum(raw, query) + raw).decode().rstrip("=")


def refused(text: str, query: GalleryQuery) -> None:
    with pytest.raises(InvalidCursorError, match="The cursor does not belong to this list"):
        cursors.read(text, query)
