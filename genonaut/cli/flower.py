"""`genonaut flower`: watching workers and tasks."""

import os
import sys

import typer

from genonaut.api.http.hosts import AllowedHosts
from genonaut.broker import running_broker
from genonaut.cli.options import Env
from genonaut.running.exposure import require_flowers_door
from genonaut.running.flower_hosts import answer_only_to
from genonaut.running.listening import address, flower_port
from genonaut.running.output import say
from genonaut.worker.launching import celery_settings, require_schema, start_celery


def register(app: typer.Typer) -> None:
    app.command()(flower)


def flower(env: Env = None) -> None:
    """Run Flower, a page that shows workers and tasks."""
    settings = celery_settings(env)
    require_flowers_door(settings)
    require_schema(settings)
    where, password = settings.flower, settings.flower.basic_auth
    port = flower_port(settings)
    arguments = [
        f"--address={where.host}",
        f"--port={port}",
        "--logging=none",  # ours is set up already
    ]
    if password:
        arguments.append(f"--basic-auth={password.get_secret_value()}")
    answer_only_to(AllowedHosts(where.host, settings.api.allowed_hosts))
    with running_broker(settings):
        say(f"Flower is at http://{address(where.host, port)}.")
        start_celery("flower", *arguments)
    _end()


def _end() -> None:
    """End this process now: its threads may wait for a worker's answer from a broker that is gone.

    Python would wait for them first.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
