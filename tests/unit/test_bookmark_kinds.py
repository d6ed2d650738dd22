"""Which kinds of favourites are for whose eyes, and how many those are."""

from uuid import UUID

import pytest

from genonaut.content.bookmark_kinds import KINDS, Wanted, eyes_of
from genonaut.content.viewer import EVERYTHING, VISITOR, Viewer

OWNER, OTHER = UUID(int=1), UUID(int=2)


def test_there_is_one_kind_for_each_combination() -> None:
    assert len(KINDS) == 2**5
    assert max(map(len, KINDS)) <= 40
    assert {"own private regular", "other public auto pinned shown"} <= KINDS.keys()


@pytest.mark.parametrize(
    ("viewer", "eyes"),
    [
        (Viewer(OWNER), "owner"),
        (Viewer(OTHER), "others"),
        (VISITOR, "others"),
        (EVERYTHING, "all"),
        (Viewer(OWNER, sees_all=True), "all"),
    ],
)
def test_eyes(viewer: Viewer, eyes: str) -> None:
    assert eyes_of(viewer, OWNER) == eyes


def seen(wanted: Wanted) -> set[str]:
    return {" ".join(kind.split()[:2]) for kind in wanted.kinds()}


def test_what_is_private_to_a_third_person_is_for_who_sees_all_only() -> None:
    everything = {"own public", "own private", "other public", "other private"}
    assert seen(Wanted("all")) == everything
    assert seen(Wanted("owner")) == everything - {"other private"}
    assert seen(Wanted("others")) == {"own public", "other public"}


def test_a_total_is_the_sum_of_its_kinds() -> None:
    counts = {(OWNER, kind): 2**place for place, kind in enumerate(KINDS)}
    counts[OTHER, "own public regular"] = 10**12
    assert Wanted("all").total(counts, OWNER) == 2**32 - 1
    halves = [Wanted("all", pinned=pinned).total(counts, OWNER) for pinned in (True, False)]
    assert sum(halves) == 2**32 - 1
    only = Wanted("owner", pinned=False, is_public=False, is_own=True, sources=["auto"])
    assert only.kinds() == ["own public auto", "own private auto"]
    assert only.total(counts, OWNER) == sum(counts[OWNER, kind] for kind in only.kinds())
