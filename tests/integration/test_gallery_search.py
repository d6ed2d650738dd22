"""Search: words and phrases, by index and by looking, always the same items."""

import re
import string
import unicodedata
from itertools import groupby
from types import SimpleNamespace

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Text, literal, select
from sqlalchemy.orm import Session

from genonaut.api.gallery import search
from genonaut.db.migrate import upgrade
from genonaut.db.schema import ContentItem
from genonaut.db.session import Database
from tests.support.galleries import ids, read
from tests.support.plans import plans
from tests.support.servers import new_database

# And syllables with vowel signs, a virama, a tone mark, an accent of its own, a joiner.
LETTERS = [*string.punctuation, *"aAb1e8 äÄ東\n“、"]
SYLLABLES = ["कि", "क्ष", "क्\u200dष", "ที่", "ကျွ", "ខ្ញ", "e\u0301", "É", "बा"]
TEXTS = st.lists(st.sampled_from(LETTERS + SYLLABLES), max_size=30).map("".join)


def words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFC", text.lower().replace("\u200d", ""))
    runs = groupby(plain, lambda letter: unicodedata.category(letter)[0] in "LMN")
    return ["".join(letters) for in_word, letters in runs if in_word]


def expected(title: str, prompt: str, term: str) -> bool:
    """What a search means, said with lists."""
    parts = [phrase or word for phrase, word in re.findall(r'"([^"]*)"|([^\s"]+)', term)]
    wanted = [found for part in parts if (found := words(part))]
    everything = words(title) + words(prompt)
    return bool(wanted) and all(
        part[0] in everything if len(part) == 1 else follows(title, part) or follows(prompt, part)
        for part in wanted
    )


def follows(text: str, phrase: list[str]) -> bool:
    found = words(text)
    return any(found[at : at + len(phrase)] == phrase for at in range(len(found)))


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
        term = data.draw(st.lists(part, max_size=3).map(" ".join))
        if not search.phrases(term):
            return
        item = SimpleNamespace(title=literal(title, Text), prompt=literal(prompt, Text))
        found = session.scalar(select(search.matches(item, search.phrases(term))))
        assert bool(found) == expected(title, prompt, term), term

    check()


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
        ("example", "été"), ("example.com", "été"), ("arger", ""),
        ("red or sea", ""), ("red -fox", "red fox"), ("red & !fox", "red fox"),
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
    statement = select(ContentItem.id).where(search.matches(ContentItem, ("sea", "tea house")))
    with database.transaction() as session:
        session.connection().exec_driver_sql("SET LOCAL enable_seqscan = off")
        [plan] = plans(session, lambda: session.execute(statement))
    assert "content_items_content_words_idx" in plan.indexes


def test_a_word_too_long_for_the_index_is_no_obstacle(client: httpx.Client) -> None:
    ada = client.post("/api/v1/users", json={"username": "ada"}).json()["id"]
    prompt = "東" * 19_996 + " sea"
    added = client.post("/api/v1/content", json={"prompt": prompt, "creator_id": ada})
    assert added.status_code == 201
    assert len(ids([read(client, {"search_term": "sea"})])) == 1
