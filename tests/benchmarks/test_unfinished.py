"""A run of the benchmark that was broken off, and the one that goes on with it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.side_by_side.measures import noise
from benchmarks.side_by_side.profiles import Profile
from benchmarks.side_by_side.run import Run
from benchmarks.side_by_side.suite import current_commit, perform
from benchmarks.side_by_side.unfinished import forget, keep, take_up
from genonaut.errors import UsageError
from tests.benchmarks.tiny import TINY

BRIEF = replace(TINY, noise_rounds=2)


def measured(profile: Profile, begun: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """What is known after each measure that is taken."""
    known: list[dict[str, Any]] = []
    perform(
        profile, measures=["noise"], begun=begun, on_measured=lambda _name, raw: known.append(raw)
    )
    return known


@pytest.mark.long
def test_what_was_measured_is_not_measured_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [raw] = measured(BRIEF)
    assert [record["round"] for record in raw["records"]] == [0, 1]
    keep(tmp_path, raw)

    def fail(_run: Run) -> None:
        pytest.fail("it is measured again")

    monkeypatch.setattr(noise, "measure", fail)
    begun = take_up(tmp_path, BRIEF, current_commit())
    assert measured(BRIEF, begun) == []
    assert begun["records"] == raw["records"]
    forget(tmp_path)
    with pytest.raises(UsageError, match="There is no run to continue in "):
        take_up(tmp_path, BRIEF, current_commit())


@pytest.mark.parametrize("what", ["commit", "profile"])
def test_another_run_is_refused(tmp_path: Path, what: str) -> None:
    commit, profile = ("another", TINY) if what == "commit" else (current_commit(), BRIEF)
    keep(tmp_path, {"commit": current_commit(), "profile": TINY.__dict__ | {"rows": [2_000]}})
    with pytest.raises(UsageError, match=f"had another {what} than this one would have"):
        take_up(tmp_path, profile, commit)
