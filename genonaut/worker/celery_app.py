"""The Celery application.

It is configured when it is first used, so importing a task needs neither settings nor a broker.
"""

from functools import cached_property
from typing import Any

from celery import Celery
from celery.signals import setup_logging

from genonaut.broker import broker_url, redbeat_url, result_backend
from genonaut.config import Settings, load_settings
from genonaut.logs import configure_logs
from genonaut.worker.schedules import beat_schedule

SCHEDULERS = {
    "persistent": "genonaut.worker.file_scheduler:FileScheduler",
    "redbeat": "genonaut.worker.redis_scheduler:RedisScheduler",
}


def configuration(settings: Settings) -> dict[str, Any]:
    """Celery's configuration.

    Raises:
        ConfigError: a schedule is wrong.
    """
    celery, name = settings.celery, f"genonaut-{settings.gallery_name}"
    return {
        "broker_url": broker_url(settings),
        "result_backend": result_backend(settings),
        "beat_schedule": beat_schedule(settings),
        "beat_scheduler": SCHEDULERS[celery.scheduler],
        "beat_schedule_filename": str(settings.home / f"beat-{settings.gallery_name}"),
        # RedBeat extends its lock at each turn, and so often another beat asks for it.
        "beat_max_loop_interval": min(10, celery.beat_lock_seconds // 5),
        "redbeat_redis_url": redbeat_url(settings),
        "redbeat_lock_timeout": celery.beat_lock_seconds,
        "redbeat_key_prefix": f"{name}:",
        "accept_content": ["json"],
        "task_serializer": "json",
        "result_serializer": "json",
        "result_expires": celery.result_seconds,
        "result_extended": True,  # with the task's name, for Flower
        "timezone": "UTC",
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_track_started": True,
        "task_soft_time_limit": celery.task_seconds,
        "task_time_limit": celery.task_seconds + 30,
        # A message that a killed worker had taken is delivered again after this many seconds.
        "broker_transport_options": {"visibility_timeout": celery.task_seconds + 60},
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "worker_prefetch_multiplier": 1,
        # Its tasks wait for PostgreSQL nearly all the time; a process for each would cost 40 MB.
        "worker_pool": "threads",
        "worker_concurrency": celery.worker_threads,
        "worker_send_task_events": True,
        "task_send_sent_event": False,  # of every task, and folds come every five seconds
        "task_default_queue": name,
    }


class GalleryCelery(Celery):
    """Celery with the gallery's settings, which are read once: the worker's children inherit them.

    A command assigns those that it has read; else they are read when they are first needed.
    """

    @cached_property
    def settings(self) -> Settings:
        return load_settings()


app = GalleryCelery("genonaut", include=["genonaut.worker.tasks"])
app.add_defaults(lambda: configuration(app.settings))


@setup_logging.connect
def _log_like_the_rest(**_: object) -> None:
    configure_logs(app.settings.log)
