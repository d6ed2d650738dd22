"""Beat in a thread of the worker: it is restarted when it fails, and stops with the worker."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest
from structlog.testing import capture_logs

from genonaut.worker import beat_thread
from genonaut.worker.beat_thread import BeatThread
from tests.support.waiting import PATIENCE_SECONDS, wait_until


def test_it_is_restarted_until_it_runs_and_stops_with_the_worker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    services: list[Any] = []
    stopped = threading.Event()

    class Service:
        """Fails twice, as without its broker."""

        def __init__(self, *_: object, **__: object) -> None:
            services.append(self)

        def start(self) -> None:
            if len(services) < 3:
                raise ConnectionError("no broker")
            stopped.wait(PATIENCE_SECONDS)

        def stop(self) -> None:
            stopped.set()

    monkeypatch.setattr(beat_thread, "Service", Service)
    monkeypatch.setattr(beat_thread, "PAUSE_SECONDS", 0.01)
    step = BeatThread(SimpleNamespace())
    with capture_logs() as logged:
        step.start(None)
        wait_until(lambda: len(services) == 3, "it was restarted")
        step.stop(None)
    assert [(line["event"], line["reason"]) for line in logged] == [
        ("beat failed", "ConnectionError('no broker')")
    ] * 2
    assert stopped.is_set(), "the schedule was told to stop, so that it writes its file"
    wait_until(lambda: not alive(), "the thread ended")


def alive() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "beat"]
