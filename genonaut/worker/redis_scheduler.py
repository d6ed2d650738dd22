"""Beat's schedule in Redis, for beats that replace one another (`celery.scheduler`: redbeat)."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import structlog
from celery.beat import ScheduleEntry
from redbeat import RedBeatScheduler

from genonaut.worker.clocks import LONG_AGO, ran_in_the_future

log = structlog.get_logger(__name__)


class RedisScheduler(RedBeatScheduler):
    """RedBeat's own, that notices when the clock moves."""

    def tick(self, *arguments: Any, **options: Any) -> float:  # noqa: ANN401
        """Send what is due. Called at least every ten seconds, by the beat that has the lock."""
        ahead = [entry for entry in self._all_entries() if ran_in_the_future(entry)]
        for entry in ahead:
            entry.reschedule(LONG_AGO)
        if ahead:
            log.warning("the clock was ahead", sent_at_once=[entry.name for entry in ahead])
        seconds: float = super().tick(*arguments, **options)
        return seconds

    def _all_entries(self) -> Iterator[ScheduleEntry]:
        # RedBeat reads only those that it takes for due, which one that is ahead is not.
        for name in self.app.conf.beat_schedule:
            with suppress(KeyError):  # Redis has lost it
                yield self.Entry.from_key(self.Entry.generate_key(self.app, name), app=self.app)
