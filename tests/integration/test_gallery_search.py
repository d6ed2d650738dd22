"""Search: words and phrases, by index and by looking, always the same items."""

import re
import string
import unicodedata
from types import SimpleNamespace

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Text, and_, literal, select
from sqlalchemy.orm import Session

from genonaut.api.gallery.query import GalleryQuery
from genonaut.api.gallery.searching.conditions import matches
from genonaut.api.gallery.searching.language import Search, SearchError
from genonaut.api.gallery.searching.language import Text as Sought
from genonaut.api.gallery.searching.parser import parse
from genonaut.api.repositories.search_repository import SearchRepository
from genonaut.api.services.gallery_search import understand
from genonaut.api.services.search_meaning import Meant
from genonaut.db.migrate import upgrade
from genonaut.db.schema import ContentItem
from genonaut.db.session import Database
from tests.support.galleries import ids, read
from tests.support.plans import plans
from tests.support.servers import new_database

# And syllables with vowel signs, a virama, a tone mark, an accent of its own, a joiner.
LETTERS = [*string.punctuation, *"aAb1e8 äÄ東\n“、ßøＢ"]
SYLLABLES = ["कि", "क्ष", "क्\u200dष", "ที่", "ကျွ", "ခ္ခ", "ខ្ញ", "e\u0301", "É", "बा", "ほ\u3099"]
TEXTS = st.lists(st.sampled_from(LETTERS + SYLLABLES), max_size=30).map("".join)
# A letter of a script without blanks, with the letters below it and its marks; or a run of others.
UNSPACED = "\u0e01-\u0e2e\u1000-\u1021\u1780-\u17a2\u3041-\u3096\u4e00-\u9fff"
MARKS = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u102b-\u103e\u17b6-\u17d3"
A_WORD = re.compile(f"[{UNSPACED}](?:[\u1039\u17d2][{UNSPACED}]|[{MARKS}])*|[^{UNSPACED}\\s]+")


def words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text).lower()
    kept = [letter for letter in plain if not "\u0300" <= letter <= "\u036f"]
    plain = unicodedata.normalize("NFKC", "".join(kept).replace("\u200d", ""))
    plain = plain.replace("ß", "ss").replace("ø", "o")
    spaced = (letter if unicodedata.category(letter)[0] in "LMN" else " " for letter in plain)
    return A_WORD.findall("".join(spaced))


def expected(title: str, prompt: str, search: Search) -> bool:
    """What a search means, said with lists."""
    found = [words(title), words(prompt)]
    terms = [(term, words(term.written)) for term in search.texts]
    sought = [(term, part) for term, part in terms if part]
    return bool(sought) and all(
        any(follows(text, term, part) for text in found) != term.excluded for term, part in sought
    )


def follows(text: list[str], term: Sought, part: list[str]) -> bool:
    windows = (text[at : at + len(part)] for at in range(len(text) - len(part) + 1))
    return any(
        all(
            is_alike(
                one,
                wanted,
                open_start=term.open_start and place == 0,
                open_end=term.open_end and place == len(part) - 1,
            )
            for place, (one, wanted) in enumerate(zip(window, part, strict=True))
        )
        for window in windows
    )


def is_alike(one: str, wanted: str, *, open_start: bool, open_end: bool) -> bool:
    if open_start and open_end:
        return wanted in one
    if open_start:
        return one.endswith(wanted)
    return one.startswith(wanted) if open_end else one == wanted


@pytest.mark.sampled(2)
@pytest.mark.both_servers
@pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
def test_a_search_means_what_it_says(database: Database, locale: str) -> None:
    with new_database(database, locale=locale) as own:
        upgrade(own.engine)
        with own.transaction() as session:
            check_searches(session)


def check_searches(session: Session) -> None:
    @given(title=TEXTS, prompt=TEXTS, data=st.data())
    def check(title: str, prompt: str, data: st.DataObject) -> None:
        some = st.sampled_from([*words(title), *words(prompt), "a"]) | TEXTS
        part = some | st.lists(some, max_size=3).map(lambda parts: f'"{" ".join(parts)}"')
        part |= some.map("-{}".format) | some.map("{}*".format) | some.map("*{}".format)
        term = data.draw(st.lists(part, max_size=3).map(" ".join))
        try:
            search = parse(term)
        except SearchError:
            return
        if search.fields or not term.strip():
            return
        meant = understand(SearchRepository(session), GalleryQuery(search=term))
        right = expected(title, prompt, search)
        for on_a_walk in (True, False):
            found = is_found(session, meant, title, prompt, on_a_walk=on_a_walk)
            assert found == right, (term, on_a_walk)

    check()


def is_found(session: Session, meant: Meant, title: str, prompt: str, *, on_a_walk: bool) -> bool:
    item = SimpleNamespace(title=literal(title, Text), prompt=literal(prompt, Text))
    conditions = matches(meant.sought, item, on_a_walk=on_a_walk)
    return not meant.impossible and bool(session.scalar(select(and_(True, *conditions))))


ITEMS = {
    "red": ("Red", "fox at dawn, oil on canvas"),
    "fox": ("The red fox", "A RED fox; at dusk -- highly-detailed"),
    "sea": ("Tea-house by the sea", "sd-1.5 <lora:add_detail:0.8> black/white, (masterpiece:1.2)"),
    "été": ("L'été", "Ärger in 東京の夜, photo_realistic, see example.com/a?b=1"),
}


@pytest.fixture
def gallery(client: httpx.Client) -> dict[int, str]:
    """A few items, and their short names."""
    ada = client.post("/api/v1/users", json={"username": "ada"}).json()["id"]
    names: dict[int, str] = {}
    for name, (title, prompt) in ITEMS.items():
        item = {"title": title, "prompt": prompt, "creator_id": ada}
        added = client.post(f"/api/v1/content{'-auto' * (len(names) % 2)}", json=item).json()
        names[added["items"][0]["id"]] = name
    return names


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("red", "red fox"), ("RED Fox", "red fox"), ("fox red", "red fox"),
        ('"red fox"', "fox"), ('"fox at dawn"', "red"), ('"fox at" dusk', "fox"),
        ('"red, fox!"', "fox"), ('"fox red"', ""), ('"fox a"', ""), ("fo", ""),
        ("tea house", "sea"), ("tea-house", "sea"), ("house-tea", ""), ('"tea house by"', "sea"),
        ("sd-1.5", "sea"), ("1.5", "sea"), ("detail", "sea"), ("lora", "sea"), ("white", "sea"),
        ("white/black", ""), ("masterpiece", "sea"), ("detailed", "fox"),
        ("été", "été"), ("ÄRGER", "été"), ("東京の夜", "été"), ("realistic", "été"),
        ("example", "été"), ("example.com", "été"), ("arger", "été"),
        ("red or sea", ""), ("red -fox", ""), ("red & !fox", "red fox"),
        ("fox:*", "red fox"),
        ("", "red fox sea été"), ("   ", "red fox sea été"),
        ('""', ""), ('"', ""), ('" " "', ""), ('" !', ""), ('" fox', "red fox"),
        ("e\u0301te\u0301", "été"), ("E\u0301TÉ", "été"),
        ('"red', "red fox"), ("!!!", ""), ("🦊", ""), ("fox 🦊", "red fox"),
        ('"' + "fox " * 32 + '"', ""), ("fox " * 32, "red fox"), ("x" * 1000, ""),
    ],
    ids=lambda value: value[:20],
)  # fmt: skip
def test_what_is_found(
    client: httpx.Client, gallery: dict[int, str], term: str, found: str
) -> None:
    page = read(client, {"search_term": term, "sort_order": "asc"})
    assert [gallery[item_id] for item_id in ids([page])] == found.split()
    pagination = page["pagination"]
    assert (pagination["total_count"], pagination["total_is_estimate"]) == (
        len(found.split()),
        False,
    )


def test_the_index_finds_the_words(database: Database) -> None:
    with database.transaction() as session:
        meant = understand(SearchRepository(session), GalleryQuery(search="sea tea-house"))
        statement = select(ContentItem.id).where(
            *matches(meant.sought, ContentItem, on_a_walk=False)
        )
        session.connection().exec_driver_sql("SET LOCAL enable_seqscan = off")
        [plan] = plans(session, lambda: session.execute(statement))
    assert "content_items_search_terms_idx" in plan.indexes


def test_a_word_too_long_for_the_index_is_no_obstacle(client: httpx.Client) -> None:
    ada = client.post("/api/v1/users", json={"username": "ada"}).json()["id"]
    prompt = "東" * 19_996 + " sea"
    added = client.post("/api/v1/content", json={"prompt": prompt, "creator_id": ada})
    assert added.status_code == 201
    assert len(ids([read(client, {"search_term": "sea"})])) == 1
