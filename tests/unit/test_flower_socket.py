"""The Flower that `genonaut up` starts for its first client ends when no page is open."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from genonaut.running import flower_socket
from genonaut.running.flower_socket import IDLE_SECONDS


class Clock:
    """A clock that is set by hand, and what Tornado would call every minute."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        self.check: Callable[[], None] = lambda: None
        monkeypatch.setattr(flower_socket, "time", SimpleNamespace(monotonic=lambda: self.now))
        monkeypatch.setattr(flower_socket, "PeriodicCallback", self._call)

    def _call(self, check: Callable[[], None], _milliseconds: float) -> Any:
        self.check = check
        return SimpleNamespace(start=lambda: None)


def test_it_ends_a_quarter_of_an_hour_after_the_last_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, stopped = Clock(monkeypatch), list[float]()
    app = SimpleNamespace(
        find_handler=lambda request: f"handler of {request}",
        stop=lambda: stopped.append(clock.now),
    )
    flower_socket._end_when_idle(app)
    for _ in range(3):  # a page is open, and asks
        clock.now += IDLE_SECONDS - 1
        assert app.find_handler("a request") == "handler of a request"
        clock.check()
    assert stopped == []
    clock.now += IDLE_SECONDS
    clock.check()
    assert stopped == [], "not yet"
    clock.now += 1
    clock.check()
    assert stopped == [clock.now]
