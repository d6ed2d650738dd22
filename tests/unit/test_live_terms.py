"""What makes the total of a list, as its script adds it up: the same as the server does."""

import re
from datetime import UTC, datetime
from itertools import product
from uuid import UUID

import pytest

from genonaut.api.gallery.filters import scopes, size
from genonaut.db.gen_source_counts import ViewerCounts
from genonaut.web.live import terms
from genonaut.web.state import SWITCHES, GalleryState

ADA, BO = UUID(int=1), UUID(int=2)
COUNTS = ViewerCounts(
    user_regular_count=3,
    user_auto_count=50,
    community_regular_count=700,
    community_auto_count=11000,
    source="cache",
    as_of=datetime(2026, 1, 1, tzinfo=UTC),
    verified_at=None,
)
CHOICES = [
    frozenset(switch.key for switch, is_off in zip(SWITCHES, off, strict=True) if is_off)
    for off in product((True, False), repeat=len(SWITCHES))
]


def added_up(written: str) -> int:
    """As live.js reads it."""
    found = re.findall(r"(-?)(?:\w+\.)?(\w+)", written)
    return sum((-1 if sign else 1) * getattr(COUNTS, name) for sign, name in found)


@pytest.mark.parametrize("user", [None, ADA])
@pytest.mark.parametrize("creator", ["", str(ADA), str(BO)])
def test_they_add_up_to_what_the_server_says(user: UUID | None, creator: str) -> None:
    for off in CHOICES:
        state = GalleryState(off=off, creator=creator, sort="title", page=3, size=48, view="list")
        expected = size(scopes(state.query(user)), COUNTS)
        written = " ".join(terms(state, user))
        assert added_up(written) == expected
        assert ("creator." in written) == (bool(creator) and expected > 0)


@pytest.mark.parametrize(
    "more", [{"search": "fox"}, {"tags": ("sea",)}, {"model": "m"}, {"seed": "1"}]
)
def test_if_more_than_the_sources_decides_no_count_knows_the_total(more: dict[str, str]) -> None:
    assert list(terms(GalleryState(**more), ADA)) == []  # type: ignore[arg-type]
