"""Pages by number that are far from both ends of a list."""

from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from genonaut.api.gallery.pager import Total
from genonaut.api.gallery.query import GalleryQuery
from genonaut.api.services import gallery_depth
from genonaut.api.services.gallery_depth import DEEPEST, require_near
from genonaut.errors import InvalidRequestError

SIZE = 100
FAR = DEEPEST // SIZE + 2
NOWHERE = Session(create_engine("sqlite://"))


def check(monkeypatch: pytest.MonkeyPatch, page: int, total: Total, *, spread: bool) -> None:
    def is_spread(_connection: Any) -> bool:
        return spread

    monkeypatch.setattr(gallery_depth, "is_spread", is_spread)
    require_near(NOWHERE, GalleryQuery(page=page, page_size=SIZE), total)


@pytest.mark.parametrize(
    ("page", "total"),
    [
        (FAR - 1, Total(3 * DEEPEST, exact=True)),
        (FAR, Total(FAR * SIZE + DEEPEST - SIZE, exact=True)),
        (FAR, Total(0, exact=True)),
    ],
    ids=["near the beginning", "near the end", "behind the end"],
)
def test_where_items_are_spread_pages_near_an_end_have_numbers(
    monkeypatch: pytest.MonkeyPatch, page: int, total: Total
) -> None:
    check(monkeypatch, page, total, spread=True)


@pytest.mark.parametrize("exact", [True, False], ids=["exact", "at least"])
def test_the_others_have_cursors(monkeypatch: pytest.MonkeyPatch, exact: bool) -> None:
    total = Total(3 * DEEPEST if exact else DEEPEST, exact=exact)
    with pytest.raises(InvalidRequestError, match="too far from both ends"):
        check(monkeypatch, FAR, total, spread=True)


def test_on_one_database_every_page_has_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    check(monkeypatch, FAR, Total(3 * DEEPEST, exact=True), spread=False)
