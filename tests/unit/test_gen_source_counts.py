"""A viewer's four counts, and the decision whether the cached ones will do."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from genonaut.api.schemas.content import STATS_EXAMPLE, StatsOut
from genonaut.config import load_settings
from genonaut.counting.engine import Reading
from genonaut.db.gen_source_counts import DEFAULT_POLICY, CountsPolicy, ViewerCounts

ADA, GRACE = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 11, 22, 15, 4, 5, tzinfo=UTC)
COUNTS: Counter[tuple[Any, str]] = Counter(
    {
        (ADA, "regular"): 1,
        (ADA, "auto"): 2,
        (GRACE, "auto"): 4,
        (None, "regular"): 8,
        (None, "auto"): 16,
    }
)
READING = Reading(COUNTS, ledger_rows=3, as_of=NOW, verified_at=NOW - timedelta(hours=1))


def four(counts: ViewerCounts) -> tuple[int, int, int, int]:
    return (
        counts.user_regular_count,
        counts.user_auto_count,
        counts.community_regular_count,
        counts.community_auto_count,
    )


@pytest.mark.parametrize(
    ("user_id", "expected"),
    [
        (ADA, (1, 2, 8, 16)),
        (GRACE, (0, 4, 8, 16)),
        (UUID(int=3), (0, 0, 8, 16)),
        (None, (0, 0, 8, 16)),
    ],
)
def test_one_reading_has_the_counts_of_several_viewers(
    user_id: UUID | None, expected: tuple[int, int, int, int]
) -> None:
    counts = ViewerCounts.of(user_id, READING)
    assert four(counts) == expected
    assert (counts.as_of, counts.verified_at) == (READING.as_of, READING.verified_at)


def test_counts_are_found_by_source_type() -> None:
    counts = ViewerCounts.of(ADA, READING)
    assert (counts.of_user("regular"), counts.of_user("auto")) == (1, 2)
    assert (counts.of_community("regular"), counts.of_community("auto")) == (8, 16)


def test_the_dictionary_has_the_fields_of_the_response() -> None:
    counts = ViewerCounts.of(ADA, READING)
    assert list(counts.as_dict()) == [name for name in STATS_EXAMPLE if name != "one_moment"]
    assert StatsOut.model_validate(counts) == StatsOut.model_validate(counts.as_dict())


def test_the_cache_will_do_once_it_was_built() -> None:
    settled = CountsPolicy().settle(ADA, READING)
    assert settled == ViewerCounts.of(ADA, READING, source="cache")


def test_a_cache_that_was_never_built_settles_nothing() -> None:
    called: list[str] = []
    policy = CountsPolicy(0, on_long_ledger=lambda: called.append("fold"))
    assert policy.settle(ADA, replace(READING, verified_at=None)) is None
    assert called == [], "there is nothing to fold into"


@pytest.mark.parametrize(("ledger_rows", "folds"), [(0, 0), (5, 0), (6, 1)])
def test_a_fold_is_due_when_the_ledger_is_longer_than_the_limit(
    ledger_rows: int, folds: int
) -> None:
    called: list[str] = []
    policy = CountsPolicy(fold_after_rows=5, on_long_ledger=lambda: called.append("fold"))
    assert policy.settle(None, replace(READING, ledger_rows=ledger_rows)) is not None
    assert len(called) == folds


def test_without_a_fold_a_long_ledger_changes_nothing() -> None:
    long = replace(READING, ledger_rows=10**6)
    assert CountsPolicy(5).settle(ADA, long) == CountsPolicy(5).settle(ADA, READING)


def test_the_default_policy_is_the_one_of_the_base_configuration() -> None:
    assert CountsPolicy.of(load_settings("test").stats) == DEFAULT_POLICY
