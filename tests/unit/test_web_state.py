"""The URL is the state: what is read, what is written, and that nothing is lost between."""

from urllib.parse import urlsplit
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from genonaut.api.gallery.query import ALL_SWITCHES
from genonaut.web.security import own_page
from genonaut.web.state import (
    END,
    SIZES,
    SORTS,
    SWITCHES,
    VIEWS,
    GalleryState,
    read_choice,
    read_number,
    read_state,
)

KEYS = [switch.key for switch in SWITCHES]
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
TAGS = st.sets(st.text("abcdefghij -äß日", min_size=1).map(str.strip).filter(bool), max_size=3)


def read(query: str) -> GalleryState:
    return read_state(QueryParams(query))


def again(state: GalleryState) -> GalleryState:
    return read(urlsplit(state.url()).query)


@given(
    search=WORDS,
    tags=TAGS,
    off=st.sets(st.sampled_from(KEYS)),
    sort=st.sampled_from(sorted(SORTS)),
    page=st.integers(1, 10**9),
    size=st.sampled_from(SIZES),
    view=st.sampled_from(VIEWS),
    match=st.sampled_from(["any", "all"]),
)
def test_what_is_written_is_read(search, tags, off, sort, page, size, view, match) -> None:
    written = GalleryState(
        search=search, tags=tuple(tags), match=match, off=frozenset(off), sort=sort, page=page,
        size=size, view=view,
    )  # fmt: skip
    first = again(written)  # search terms and tags in their usual form
    assert again(first) == first
    assert (first.off, first.sort, first.page, first.size, first.view) == (
        off,
        sort,
        page,
        size,
        view,
    )
    assert first.search == " ".join(search.split())


@given(st.text(max_size=80))
def test_any_query_is_read(query: str) -> None:
    state = read(query)
    assert again(state).parameters() == state.parameters()
    state.query(None)


def test_the_beginning_has_no_parameters() -> None:
    assert GalleryState().url() == "/gallery"
    assert (
        read("search=&tags=&notGenSource=&sort=newest&p=1&view=grid&size=24&cursor=")
        == GalleryState()
    )


def test_how_an_address_looks() -> None:
    state = GalleryState(
        search="red fox", tags=("oil painting", "sea"), off=frozenset(KEYS), sort="best", page=3
    )
    assert state.url() == (
        "/gallery?search=red+fox&tags=oil+painting,sea&notGenSource=your-g,your-ag,comm-g,comm-ag"
        "&sort=best&p=3"
    )


@pytest.mark.parametrize(
    "query",
    [
        "sort=worst",
        "p=0",
        "p=-1",
        "p=1e3",
        "p=²",
        f"p={'9' * 30}",
        "size=7",
        "size=100000",
        "view=table",
        "notGenSource=everything",
        "match=none",
    ],
)
def test_what_makes_no_sense_is_left_out(query: str) -> None:
    assert read(query) == GalleryState()


def test_a_cursor_goes_before_a_page() -> None:
    state = read("p=7&cursor=abc")
    assert state.url() == "/gallery?cursor=abc"
    assert state.but(sort="title").url() == "/gallery?sort=title"


def test_the_form_sends_what_is_on() -> None:
    chosen = read_choice(QueryParams("search=&genSource=your-g&genSource=comm-ag&sort=newest&p=9"))
    assert chosen.url() == "/gallery?notGenSource=your-ag,comm-g"
    assert read_state(
        QueryParams("chosen=&search=fox&genSource=your-g&genSource=comm-ag")
    ).url() == ("/gallery?search=fox&notGenSource=your-ag,comm-g")
    assert read_choice(QueryParams("")).off == frozenset(KEYS)


def test_the_question_behind_a_state() -> None:
    user = UUID(int=1)
    query = read("notGenSource=comm-g&sort=title&size=12&tags=a,b&match=any&search=x&p=2").query(
        user
    )
    assert query.switches == ALL_SWITCHES - {"community-regular"}
    assert (query.sort_field, query.sort_order) == ("title", "asc")
    assert (query.page, query.page_size, query.user_id) == (2, 12, user)
    assert (query.tags, query.tag_match, query.search) == (("a", "b"), "any", "x")
    at_end = read(f"cursor={END}").query(None)
    assert (at_end.cursor, at_end.backward) == (None, True)


def test_nul_reaches_nothing() -> None:
    assert read("search=a%00b&tags=c%00d") == GalleryState(search="ab", tags=("cd",))


@pytest.mark.parametrize(
    ("text", "number"), [("17", 17), ("", 0), ("x", 0), ("٣", 0), ("1" * 19, 0)]
)
def test_numbers(text: str, number: int) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize(
    ("given", "goes_to"),
    [
        ("/gallery?sort=best&p=3", "/gallery?sort=best"),
        ("/gallery/items/17?search=x", "/gallery/items/17?search=x"),
        ("/gallery/stats", "/gallery/stats"),
        ("https://example.org/gallery", "/gallery"),
        ("https://example.org/gallery/stats", "/gallery"),
        ("//example.org/gallery", "/gallery"),
        ("//example.org/gallery/items/17?search=x", "/gallery"),
        ("/\\example.org", "/gallery"),
        ("javascript:alert(1)", "/gallery"),
        ("/api/v1/users", "/gallery"),
        ("/gallery/items/17/delete", "/gallery"),
        ("/gallery\r\nX: y", "/gallery"),
        ("", "/gallery"),
    ],
)
def test_a_form_leads_to_our_own_pages_only(given: str, goes_to: str) -> None:
    assert own_page(given) == goes_to


ALBUM = "0b5a0000-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("state", "url"),
    [
        (GalleryState(favourites="yes"), "/gallery/favourites"),
        (GalleryState(favourites="yes", sort="title"), "/gallery/favourites?sort=title"),
        (GalleryState(album=ALBUM, tags=("sea",)), f"/gallery/albums/{ALBUM}?tags=sea"),
        (
            GalleryState(album=ALBUM, favourites="yes"),
            f"/gallery/albums/{ALBUM}?favourites=yes",
        ),
        (GalleryState(favourites="yes", creator=ALBUM), f"/gallery/favourites?creator={ALBUM}"),
    ],
)
def test_favourites_and_albums_have_pages_of_their_own(state: GalleryState, url: str) -> None:
    assert state.url() == url
    assert state.has_own_page


def test_on_other_pages_they_are_parameters() -> None:
    state = GalleryState(favourites="yes", album=ALBUM)
    address = state.url("/gallery/items/1")
    assert address == f"/gallery/items/1?favourites=yes&album={ALBUM}"
    assert read(urlsplit(address).query) == state
    assert read("favourites=no&album=sea") == GalleryState()
    assert not GalleryState(search="fox").has_own_page


def test_they_narrow_the_query() -> None:
    query = GalleryState(favourites="yes", album=ALBUM).query(None)
    assert (query.favourites, query.album) == (True, UUID(ALBUM))
    assert not GalleryState().query(None).favourites
