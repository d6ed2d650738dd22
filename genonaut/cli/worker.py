"""`genonaut worker`: refreshing and folding in the background."""

import signal
from typing import Annotated

import typer

from genonaut.broker import running_broker
from genonaut.cli.options import Env
from genonaut.config import Settings
from genonaut.db.session import server_url
from genonaut.running.interruption import exit_on
from genonaut.running.supervisor import Part, Supervisor
from genonaut.worker.launching import celery_settings, require_schema, start_celery


def register(app: typer.Typer) -> None:
    app.command()(worker)


def worker(
    beat: Annotated[
        bool, typer.Option("--beat", help="Run beat too, in a process of its own.", metavar="")
    ] = False,
    env: Env = None,
) -> None:
    """Run a Celery worker, which refreshes and folds the counts."""
    settings = celery_settings(env)
    require_schema(settings)
    if beat:
        _run_both(settings)
        return
    name = f"genonaut-{settings.gallery_name}@%h"
    with running_broker(settings), server_url(settings):
        start_celery("worker", f"--hostname={name}", f"--loglevel={settings.log.level}")


def _run_both(settings: Settings) -> None:
    exit_on(signal.SIGINT, signal.SIGTERM)
    supervisor = Supervisor(lambda: None)
    for name in ("worker", "beat"):
        supervisor.add(Part(name, settings.environment))
    with running_broker(settings):
        supervisor.run()
