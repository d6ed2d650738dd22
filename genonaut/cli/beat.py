"""`genonaut beat`: scheduling refreshes and folds."""

import typer

from genonaut.broker import running_broker
from genonaut.cli.options import Env
from genonaut.worker.launching import celery_settings, require_schema, start_celery


def register(app: typer.Typer) -> None:
    app.command()(beat)


def beat(env: Env = None) -> None:
    """Run Celery Beat, which schedules refreshes and folds. Run only one."""
    settings = celery_settings(env)
    require_schema(settings)
    settings.home.mkdir(parents=True, exist_ok=True)  # the schedule is kept there
    with running_broker(settings):
        start_celery("beat", f"--loglevel={settings.log.level}")
