"""Beat in a thread of the worker's process: it needs no process of its own beside one worker."""

import threading
from typing import Any

import structlog
from celery import bootsteps
from celery.beat import Service

from genonaut.worker.celery_app import app

TICK_SECONDS = 1  # after so many it sees that it is to stop
STOP_SECONDS = 5.0
PAUSE_SECONDS = 5.0

log = structlog.get_logger(__name__)


class BeatThread(bootsteps.StartStopStep):
    """A part of the worker, which Celery starts and stops with the rest of it.

    Celery's own embedded beat is a process. Beat that fails, as without its broker, is restarted:
    a worker without it would look healthy, and do nothing.
    """

    def __init__(self, worker: Any, **options: Any) -> None:  # noqa: ANN401 - Celery's
        super().__init__(worker, **options)
        self._stopped = threading.Event()
        self._service: Service | None = None
        self._thread = threading.Thread(target=self._run, name="beat", daemon=True)

    def start(self, _worker: Any) -> None:  # noqa: ANN401
        self._thread.start()

    def stop(self, _worker: Any) -> None:  # noqa: ANN401
        """Has the schedule's file written. One that waits for another beat's lock is left."""
        self._stopped.set()
        if self._service:
            self._service.stop()
        self._thread.join(STOP_SECONDS)

    terminate = stop

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._service = Service(
                    app,
                    max_interval=TICK_SECONDS,
                    scheduler_cls=app.conf.beat_scheduler,
                    remote_control=False,
                )
                self._service.start()
            except Exception as error:  # noqa: BLE001 - this is the edge of a thread
                log.warning("beat failed", reason=repr(error), restart_in_seconds=PAUSE_SECONDS)
                self._stopped.wait(PAUSE_SECONDS)
