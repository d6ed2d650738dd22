"""What Flower shows of tasks that ended before it ran: their results, which the backend keeps.

Flower itself only knows what it has heard. `genonaut up` starts it with its first visitor, so what
ran until then is read from the results, for as long as those are kept (`celery.result-seconds`).
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

import structlog
from celery import Celery, states
from celery.events.state import State
from flower.app import Flower

MOST_RESULTS: Final = 10_000
AT_A_TIME: Final = 500

log = structlog.get_logger(__name__)


def show_past() -> None:
    """Have the Flower of this process know the results of the tasks of our queue."""
    start = Flower.start

    def start_with_past(app: Any) -> None:  # noqa: ANN401 - Flower has no types
        tell(app.events.state, results(app.capp))
        start(app)

    Flower.start = start_with_past


def tell(state: Any, past: list[dict[str, Any]]) -> None:  # noqa: ANN401
    """Tell Flower's state of results, the oldest first, as if it had heard of the tasks."""
    for result in sorted(past, key=_done_at):
        for event in _events(result):
            State.event(state, event)  # not Flower's own, which would count it in its metrics
    state.search_engine.rebuild(state.tasks.items())


def results(app: Celery) -> list[dict[str, Any]]:
    """Those that the backend keeps of our queue's tasks; none if it keeps none to be listed."""
    try:
        return [found for found in _kept(app) if found.get("queue") == app.conf.task_default_queue]
    except Exception as error:  # noqa: BLE001 - of a server that may be any, and away
        log.warning("past tasks are not shown", reason=repr(error))
        return []


def _kept(app: Celery) -> Iterator[dict[str, Any]]:
    client: Any = getattr(app.backend, "client", None)
    if not hasattr(client, "scan_iter"):
        return
    pattern = app.backend.task_keyprefix + b"*"
    keys = islice(client.scan_iter(match=pattern, count=AT_A_TIME), MOST_RESULTS)
    while some := list(islice(keys, AT_A_TIME)):
        for text in client.mget(some):
            if text is not None:  # it has expired since
                yield app.backend.decode_result(text)


def _done_at(result: dict[str, Any]) -> float:
    done = result.get("date_done")
    if not done:  # it is at work
        return datetime.now(UTC).timestamp()
    return datetime.fromisoformat(done).replace(tzinfo=UTC).timestamp()


def _events(result: dict[str, Any]) -> Iterator[dict[str, Any]]:
    done = _done_at(result)
    about = {
        "uuid": result["task_id"],
        "hostname": result.get("worker") or "unknown",
        "timestamp": done,
        "local_received": done,
        "clock": 0,
        "pid": 0,
    }
    names = {"name": result.get("name"), "args": "", "kwargs": "", "retries": result.get("retries")}
    yield about | names | {"type": "task-received"}
    ends: dict[str, dict[str, Any]] = {
        states.STARTED: {"type": "task-started"},
        states.SUCCESS: {"type": "task-succeeded", "result": repr(result.get("result"))},
        states.FAILURE: {
            "type": "task-failed",
            "exception": repr(result.get("result")),
            "traceback": result.get("traceback"),
        },
    }
    if end := ends.get(result["status"]):
        yield about | end
