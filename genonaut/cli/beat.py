"""`genonaut beat`: scheduling refreshes and folds."""

import typer

from genonaut.broker import running_broker
from genonaut.cli.options import Env
from genonaut.embedded.folder import make_home
from genonaut.worker.launching import celery_settings, require_schema, start_celery
from genonaut.worker.schedulers import require_scheduler


def register(app: typer.Typer) -> None:
    app.command()(beat)


def beat(env: Env = None) -> None:
    """Run Celery Beat, which schedules refreshes and folds. Run only one."""
    settings = celery_settings(env)
    require_scheduler(settings)
    require_schema(settings)
    make_home(settings.home)  # the schedule is kept there
    with running_broker(settings):
        start_celery("beat", f"--loglevel={settings.log.level}")
