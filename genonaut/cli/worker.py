"""`genonaut worker`: refreshing and folding in the background."""

from pathlib import Path
from typing import Annotated

import typer

from genonaut.broker import running_broker
from genonaut.cli.options import Env
from genonaut.db.servers import server_url
from genonaut.embedded.folder import make_home
from genonaut.worker.celery_app import app as celery
from genonaut.worker.launching import celery_settings, require_schema, start_celery
from genonaut.worker.names import worker_name
from genonaut.worker.schedulers import require_scheduler


def register(app: typer.Typer) -> None:
    app.command()(worker)


def worker(
    beat: Annotated[
        bool, typer.Option("--beat", help="Run beat too, in a thread of the worker.", metavar="")
    ] = False,
    name: Annotated[
        str | None,
        typer.Option(
            help="Its name for Celery and Flower; the host is added. Default: the gallery's, with "
            "a number that no other worker of this home has.",
            metavar="NAME",
        ),
    ] = None,
    env: Env = None,
) -> None:
    """Run a Celery worker, which refreshes and folds the counts."""
    settings = celery_settings(env)
    if beat:
        require_scheduler(settings)
    require_schema(settings)
    if beat:
        _add_beat(settings.home)
    with (
        worker_name(settings, name) as node,
        running_broker(settings),
        server_url(settings),
    ):
        start_celery("worker", f"--hostname={node}", f"--loglevel={settings.log.level}")


def _add_beat(home: Path) -> None:
    from genonaut.worker.beat_thread import BeatThread  # noqa: PLC0415 - not every worker has it

    make_home(home)  # the schedule is kept there
    celery.steps["worker"].add(BeatThread)
