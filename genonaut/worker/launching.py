"""Starting Celery's programs with our settings, in this process."""

import os
import warnings

from celery.platforms import SecurityWarning

from genonaut.config import Settings, load_settings
from genonaut.logs import configure_logs
from genonaut.worker.celery_app import app, configuration


def celery_settings(env: str | None) -> Settings:
    """The settings for a program of Celery's, which reads them again in processes of its own.

    Raises:
        ConfigError: a setting is wrong. A wrong schedule is, too: better here than in a log.
    """
    settings = load_settings(env)
    configuration(settings)
    configure_logs(settings.log)
    # To run as root is the operator's choice; nothing but JSON is accepted from the queue.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    os.environ["GENONAUT_ENV"] = settings.environment
    return settings


def start_celery(program: str, *arguments: str) -> None:
    """Run `celery PROGRAM ...` until it ends."""
    app.start(["--quiet", program, *arguments])
