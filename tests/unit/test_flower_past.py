"""What Flower shows of tasks that ended before it ran, and when it ends by itself."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from flower.events import EventsState

from genonaut.running.flower_past import results, tell

QUEUE = "genonaut-test"


def result(number: int, status: str, queue: str = QUEUE, **more: Any) -> dict[str, Any]:
    """As the backend keeps one."""
    return {
        "task_id": f"task-{number}",
        "status": status,
        "result": None,
        "traceback": None,
        "date_done": f"2026-11-28T12:00:{number:02}.5+00:00",
        "name": "genonaut.worker.tasks.refresh_gen_source_stats",
        "worker": "genonaut-test@here",
        "retries": 0,
        "queue": queue,
    } | more


def app_with(kept: list[dict[str, Any]]) -> Any:
    texts = {f"celery-task-meta-{one['task_id']}": json.dumps(one) for one in kept}
    client = SimpleNamespace(
        scan_iter=lambda **_: iter([*texts, "expired"]),
        mget=lambda keys: [texts.get(key) for key in keys],
    )
    backend = SimpleNamespace(
        client=client, task_keyprefix=b"celery-task-meta-", decode_result=json.loads
    )
    return SimpleNamespace(backend=backend, conf=SimpleNamespace(task_default_queue=QUEUE))


def test_it_knows_what_became_of_our_tasks_and_of_no_others() -> None:
    kept = [
        result(2, "FAILURE", result={"exc_type": "DatabaseError"}, traceback="Traceback ..."),
        result(1, "SUCCESS", result={"outcome": "exact"}),
        result(3, "STARTED", date_done=None),
        result(4, "SUCCESS", queue="of-another-gallery"),
    ]
    state = EventsState()
    tell(state, results(app_with(kept)))
    shown = {uuid: (task.state, task.name) for uuid, task in state.tasks.items()}
    name = "genonaut.worker.tasks.refresh_gen_source_stats"
    assert shown == {
        "task-1": ("SUCCESS", name),
        "task-2": ("FAILURE", name),
        "task-3": ("STARTED", name),
    }
    assert state.tasks["task-1"].result == "{'outcome': 'exact'}"
    assert not state.counter, "its metrics count what it hears itself"


@pytest.mark.parametrize("backend", [SimpleNamespace(), SimpleNamespace(client=None)])
def test_a_backend_that_lists_nothing_has_no_past(backend: Any) -> None:
    assert results(SimpleNamespace(backend=backend, conf=None)) == []


def test_a_backend_that_is_away_is_no_reason_not_to_start() -> None:
    def away(**_: object) -> None:
        raise ConnectionError("away")

    backend = SimpleNamespace(client=SimpleNamespace(scan_iter=away), task_keyprefix=b"x")
    assert results(SimpleNamespace(backend=backend, conf=None)) == []
