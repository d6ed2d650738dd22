"""Beat with a wrong clock and with a damaged file: the tasks reach the queue all the same."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from genonaut.broker import running_broker
from genonaut.config import load_settings
from genonaut.embedded.valkey import socket_path
from tests.support.processes import environment, opened, running, serving
from tests.support.waiting import PATIENCE_SECONDS, wait_until
from tests.system.test_start_failures import change_base
from tests.system.test_worker import refreshes

QUEUE = "genonaut-test"


@pytest.fixture
def queue(ready_home: Path) -> Iterator[Redis]:
    """The embedded broker, which no worker reads."""
    settings = load_settings("test").model_copy(update={"home": ready_home})
    with running_broker(settings), Redis(unix_socket_path=str(socket_path(ready_home))) as client:
        yield client


@pytest.mark.long
@pytest.mark.parametrize("scheduler", ["persistent", "redbeat"])
def test_tasks_are_sent_at_once_after_a_spell_with_the_clock_ahead(
    ready_home: Path, queue: Redis, scheduler: str
) -> None:
    faketime = shutil.which("faketime")
    if faketime is None:
        pytest.skip("faketime IS NOT ON THIS MACHINE (apt-get install faketime)")
    variables = {"GENONAUT_CONFIG_DIR": change_base(ready_home, "celery", {"scheduler": scheduler})}
    beat = [sys.executable, "-m", "genonaut", "beat"]
    ahead = subprocess.Popen(  # in a session of its own, as faketime passes no signal on
        [faketime, "-f", "+3d", *beat],
        env=environment(ready_home, **variables),
        start_new_session=True,
    )
    try:
        wait_until(lambda: queue.llen(QUEUE), "a task was sent three days ahead")
    finally:
        os.killpg(ahead.pid, signal.SIGTERM)
        ahead.wait(PATIENCE_SECONDS)
    queue.delete(QUEUE)
    with running(ready_home, "beat", **variables) as command:
        wait_until(lambda: queue.llen(QUEUE) >= 3, "every task was sent")
        assert "the clock was ahead" in command.stderr.read_text()
        command.end(signal.SIGTERM)


@pytest.mark.long
def test_up_shows_that_the_file_of_beat_was_damaged_and_goes_on(ready_home: Path) -> None:
    task = "genonaut.worker.tasks.refresh_gen_source_stats"
    often = {"often": {"enabled": True, "task": task, "schedule": {"every-seconds": 1}}}
    config = change_base(ready_home, "celery", {"beat-schedule": often})
    (ready_home / "beat-test").write_bytes(b"\xff" * 1000)
    up = serving(ready_home, GENONAUT_CONFIG_DIR=config)
    with up as (command, _), opened(ready_home) as database:
        wait_until(lambda: refreshes(database), "the worker refreshed")
        wait_until(
            lambda: "beat's file is damaged" in command.stderr.read_text(), "it says what was wrong"
        )
        assert (ready_home / "beat-test.damaged").exists()
        command.end(signal.SIGTERM)
