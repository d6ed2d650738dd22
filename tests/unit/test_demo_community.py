"""Demo data is varied, skewed and the same every time."""

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from datetime import timedelta

import pytest

from genonaut.content.tag_names import tag_name
from genonaut.demo import tagging, words
from genonaut.demo.community import END, SPAN, Community, Item, ItemColumns

USERS, REGULAR, AUTO = 100, 1_000, 4_000
PRINT_DIGEST = """
from hashlib import sha256
from genonaut.demo import tagging, words
from genonaut.demo.community import Community
community = Community(1, 20)
print(sha256(repr((community.users, list(community.items(50, 50)))).encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def community() -> Community:
    return Community(1, USERS)


@pytest.fixture(scope="module")
def tagged(community: Community) -> list[Item]:
    return list(community.items(REGULAR, AUTO))


@pytest.fixture(scope="module")
def items(tagged: list[Item]) -> list[ItemColumns]:
    return [item.columns for item in tagged]


def test_it_is_the_same_in_every_process():
    ours = Community(1, 20)
    digest = hashlib.sha256(repr((ours.users, list(ours.items(50, 50)))).encode()).hexdigest()
    for hash_seed in ("1", "2"):
        printed = subprocess.run(
            [sys.executable, "-c", PRINT_DIGEST],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert printed.stdout.strip() == digest


def test_the_numbers_are_those_requested(community: Community, items: list[ItemColumns]):
    assert Counter(item[0] for item in items) == {"items": REGULAR, "auto": AUTO}
    assert len({user[0] for user in community.users}) == USERS
    assert len({user[1] for user in community.users}) == USERS


def test_a_few_users_make_much(community: Community, items: list[ItemColumns]):
    made = [times for _, times in Counter(item[5] for item in items).most_common()]
    assert sum(made[:10]) > sum(made[10:]) / 2
    assert made[0] > 10 * made[USERS // 2]
    assert {item[5] for item in items} <= {user[0] for user in community.users}


def test_recent_times_are_busier(items: list[ItemColumns]):
    moments = [item[6] for item in items]
    assert moments == sorted(moments)
    assert END - SPAN <= moments[0] <= moments[-1] <= END
    last_quarter = sum(moment > END - SPAN / 4 for moment in moments)
    assert 0.45 < last_quarter / len(moments) < 0.55


def test_users_joined_before_they_made_anything(community: Community):
    assert all(
        END - SPAN - timedelta(days=365) <= user[2] <= END - SPAN for user in community.users
    )


def test_items_are_varied_and_storable(items: list[ItemColumns]):
    assert len({item[3] for item in items}) > 0.99 * len(items)
    assert len({item[1] for item in items}) > 0.3 * len(items)
    for _, title, _, prompt, metadata, _, created_at, updated_at, quality in items:
        assert 0 < len(title) <= 255
        assert 0 < len(prompt) <= 20_000
        assert {"model", "sampler", "seed", "steps", "cfg_scale", "width", "height"} <= json.loads(
            metadata
        ).keys()
        assert created_at == updated_at
        assert 0 <= quality <= 1


def test_tags_fit_the_prompt_and_are_names(tagged: list[Item], community: Community):
    for item in tagged:
        assert 2 <= len(item.tags) == len(set(item.tags)) <= 7
        assert all(tag_name(tag) == tag in community.tags for tag in item.tags)
    prompts = {item.columns[3].lower(): item.tags for item in tagged}
    for kind in (words.SUBJECTS, words.STYLES, words.MOODS):
        said = [
            (word.lower() in prompt) == (word.lower() in tags)
            for prompt, tags in prompts.items()
            for word in kind
            if word.lower() in tags
        ]
        assert sum(said) > 0.9 * len(said)


def test_a_few_tags_are_everywhere_and_most_are_rare(tagged: list[Item]):
    carried = [times for _, times in Counter(t for item in tagged for t in item.tags).most_common()]
    assert 200 < len(tagging.ALL_TAGS) < 500
    assert len(carried) > 0.9 * len(tagging.ALL_TAGS)
    assert sum(carried[:10]) > 0.4 * sum(carried)
    assert carried[0] > 30 * carried[len(carried) // 2]


def test_every_word_has_a_theme_a_medium_or_a_setting():
    for groups, kind in (
        (words.THEMES, words.SUBJECTS),
        (words.MEDIA, words.STYLES),
        (words.SETTINGS, words.PLACES),
    ):
        assert sorted(word for group in groups.values() for word in group) == sorted(kind)


def test_more_users_than_there_are_plain_names():
    users = Community(1, 5_000).users
    assert len({user[1] for user in users}) == 5_000
