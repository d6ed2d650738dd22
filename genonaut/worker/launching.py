"""Starting Celery's programs with our settings, in this process."""

import os
import warnings

from celery.platforms import SecurityWarning

from genonaut.config import Settings, load_settings
from genonaut.logs import configure_logs
from genonaut.worker.celery_app import app, configuration


def celery_settings(env: str | None) -> Settings:
    """The settings for one of Celery's programs, given to all that runs in this process.

    Raises:
        ConfigError: a setting or a schedule is wrong. Better refused here than logged later.
    """
    app.settings = settings = load_settings(env)
    configuration(settings)
    configure_logs(settings.log)
    # Running as root is the operator's choice; only JSON is accepted from the queue.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    # A process that does not inherit them reads the same ones.
    os.environ["GENONAUT_ENV"] = settings.environment
    return settings


def start_celery(program: str, *arguments: str) -> None:
    """Run `celery PROGRAM ...` until it ends."""
    app.start(["--quiet", program, *arguments])
