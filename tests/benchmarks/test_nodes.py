"""What a distributed gallery sends to its nodes: the page prints what was counted."""

from pathlib import Path

import pytest

from benchmarks.nodes import page
from benchmarks.nodes.page import BEGIN, END, ON_ALL_NODES, PAGE, PICTURE, counted, picture, table


def test_the_page_prints_what_was_counted() -> None:
    found = counted()
    assert BEGIN + table(found) + END in PAGE.read_text(encoding="utf-8"), (
        "run `python -m benchmarks.nodes --draw`"
    )
    assert PICTURE.read_text(encoding="utf-8") == picture(found)


def test_totals_ask_each_part_and_what_is_one_user_s_asks_one() -> None:
    for parts, found in counted().items():
        assert found["an insert of one item"][0] == found["a user's own counts"][0] == 1
        assert found["the four counts"][0] == int(parts)


def test_what_every_node_has_grows_with_them() -> None:
    shared = dict.fromkeys(page.PLOTTED, (8, 0))
    curves = dict(page._curves({"8": shared}))
    assert [y for _, y, _, _ in curves["counts, 8 parts"]] == [4000, 2000, 1000, 500]
    assert {y for _, y, _, _ in curves[page.PLOTTED[ON_ALL_NODES]]} == {1000}


def test_a_page_without_a_place_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "page.md").write_text("nothing", encoding="utf-8")
    monkeypatch.setattr(page, "PAGE", tmp_path / "page.md")
    with pytest.raises(LookupError, match="no place"):
        page.write()
