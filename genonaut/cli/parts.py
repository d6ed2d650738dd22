"""`genonaut worker`, `beat` and `flower`: the parts of `genonaut up`, each alone."""

import os
import socket
import warnings

import typer
from celery.platforms import SecurityWarning

from genonaut.cli.options import Env
from genonaut.config import Settings, load_settings
from genonaut.db.session import server_url
from genonaut.errors import PortInUseError
from genonaut.logs import configure_logs
from genonaut.worker.brokers import running_broker
from genonaut.worker.celery_app import app as celery
from genonaut.worker.celery_app import configuration


def register(app: typer.Typer) -> None:
    app.command()(worker)
    app.command()(beat)
    app.command()(flower)


def worker(env: Env = None) -> None:
    """Run a Celery worker: it refreshes and folds the counts."""
    settings = _settings(env)
    with running_broker(settings), server_url(settings):
        celery.start(
            [
                "--quiet",
                "worker",
                f"--hostname=genonaut-{settings.environment}@%h",
                f"--loglevel={settings.log.level}",
            ]
        )


def beat(env: Env = None) -> None:
    """Run Celery Beat: it says when to refresh and to fold. One is enough."""
    settings = _settings(env)
    settings.home.mkdir(parents=True, exist_ok=True)  # the schedule is kept there
    with running_broker(settings):
        celery.start(["--quiet", "beat", "--loglevel", settings.log.level])


def flower(env: Env = None) -> None:
    """Run Flower: a page that shows workers and tasks."""
    settings = _settings(env)
    _require_free(settings.flower.host, settings.flower.port)
    arguments = [
        f"--address={settings.flower.host}",
        f"--port={settings.flower.port}",
        "--logging=none",  # ours is set up already
    ]
    if settings.flower.basic_auth:
        arguments.append(f"--basic-auth={settings.flower.basic_auth.get_secret_value()}")
    with running_broker(settings):
        celery.start(["--quiet", "flower", *arguments])


def _settings(env: str | None) -> Settings:
    settings = load_settings(env)
    configuration(settings)  # a wrong schedule is refused here, not in the middle of a log
    configure_logs(settings.log)
    # That whoever runs this is root is their choice; nothing but JSON is accepted from the queue.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    # Celery's own processes read the settings again.
    os.environ["GENONAUT_ENV"] = settings.environment
    return settings


def _require_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortInUseError(
                f"Flower cannot listen on {host}:{port} ({error.strerror}): stop what does, or "
                f"choose another port with FLOWER_PORT={port + 1}."
            ) from error
