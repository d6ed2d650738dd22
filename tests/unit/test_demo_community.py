"""Demo data is varied, skewed and the same every time."""

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from datetime import timedelta

import pytest

from genonaut.demo.community import END, SPAN, Community, ItemColumns

USERS, REGULAR, AUTO = 100, 1_000, 4_000
PRINT_DIGEST = """
from hashlib import sha256
from genonaut.demo.community import Community
community = Community(1, 20)
print(sha256(repr((community.users, list(community.items(50, 50)))).encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def community() -> Community:
    return Community(1, USERS)


@pytest.fixture(scope="module")
def items(community: Community) -> list[ItemColumns]:
    return list(community.items(REGULAR, AUTO))


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


def test_the_numbers_are_as_asked_for(community: Community, items: list[ItemColumns]):
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


def test_more_users_than_there_are_plain_names():
    users = Community(1, 5_000).users
    assert len({user[1] for user in users}) == 5_000
