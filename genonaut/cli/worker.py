"""`genonaut worker`: refreshing and folding in the background."""

import typer

from genonaut.broker import running_broker
from genonaut.cli.options import Env
from genonaut.db.session import server_url
from genonaut.worker.launching import celery_settings, require_schema, start_celery


def register(app: typer.Typer) -> None:
    app.command()(worker)


def worker(env: Env = None) -> None:
    """Run a Celery worker, which refreshes and folds the counts."""
    settings = celery_settings(env)
    require_schema(settings)
    name = f"genonaut-{settings.environment}@%h"
    with running_broker(settings), server_url(settings):
        start_celery("worker", f"--hostname={name}", f"--loglevel={settings.log.level}")
