"""`genonaut worker`: refreshing and folding in the background."""

from pathlib import Path
from typing import Annotated

import typer

from genonaut.broker import running_broker
from genonaut.cli.options import Env
from genonaut.db.session import server_url
from genonaut.embedded.folder import make_home
from genonaut.worker.celery_app import app as celery
from genonaut.worker.launching import celery_settings, require_schema, start_celery
from genonaut.worker.schedulers import require_scheduler


def register(app: typer.Typer) -> None:
    app.command()(worker)


def worker(
    beat: Annotated[
        bool, typer.Option("--beat", help="Run beat too, in a thread of the worker.", metavar="")
    ] = False,
    env: Env = None,
) -> None:
    """Run a Celery worker, which refreshes and folds the counts."""
    settings = celery_settings(env)
    if beat:
        require_scheduler(settings)
    require_schema(settings)
    if beat:
        _add_beat(settings.home)
    name = f"genonaut-{settings.gallery_name}@%h"
    with running_broker(settings), server_url(settings):
        start_celery("worker", f"--hostname={name}", f"--loglevel={settings.log.level}")


def _add_beat(home: Path) -> None:
    from genonaut.worker.beat_thread import BeatThread  # noqa: PLC0415 - not every worker has it

    make_home(home)  # the schedule is kept there
    celery.steps["worker"].add(BeatThread)
