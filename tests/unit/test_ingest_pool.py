"""Processes that take pictures in: one that dies or hangs costs its picture only."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from genonaut.ingest import pool
from genonaut.ingest.pool import TakingPool
from genonaut.ingest.records import Reject
from genonaut.ingest.rows import ImportRow
from genonaut.ingest.taking import Manner, take
from tests.support.taking import manner


def odd(how: Manner, path: str) -> ImportRow | Reject:
    """Like `take`, but for files by the names of what goes wrong."""
    if path.endswith("dies.png"):
        os._exit(1)
    while path.endswith("hangs.png"):
        time.sleep(1)
    return take(how, path)


@pytest.fixture
def taking() -> Iterator[TakingPool]:
    started = TakingPool(1)
    yield started
    started.close()


@pytest.mark.long
def test_one_that_dies_or_hangs_costs_its_picture_only(
    taking: TakingPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "take", odd)
    monkeypatch.setattr(pool, "MOST_SECONDS", 20)
    names = ("a.png", "dies.png", "b.png", "hangs.png", "c.png")
    for name in names:
        Image.new("RGB", (4, 4)).save(tmp_path / name)
    rows = list(taking.take_all(manner(tmp_path), [str(tmp_path / name) for name in names]))
    assert [isinstance(row, ImportRow) for row in rows] == [True, False, True, False, True]
    assert [row.reason for row in rows if isinstance(row, Reject)] == [
        "the process that read it died",
        "not read within 20 seconds",
    ]
