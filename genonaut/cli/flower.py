"""`genonaut flower`: watching workers and tasks."""

import os
import sys

import typer

from genonaut.api.http.hosts import AllowedHosts
from genonaut.broker import running_broker
from genonaut.cli.options import Env, set_variables
from genonaut.extras import require
from genonaut.running.exposure import require_flowers_door
from genonaut.running.listening import address, inherited_socket, listen_for_flower
from genonaut.running.output import say
from genonaut.worker.launching import celery_settings, require_schema, start_celery


def register(app: typer.Typer) -> None:
    app.command()(flower)


def flower(env: Env = None) -> None:
    """Run Flower, a page that shows workers and tasks."""
    require("flower", "The gallery runs without it.")
    # They import Flower.
    from genonaut.running.flower_hosts import answer_only_to  # noqa: PLC0415
    from genonaut.running.flower_past import show_past  # noqa: PLC0415
    from genonaut.running.flower_socket import serve_on  # noqa: PLC0415

    settings = celery_settings(env)
    require_flowers_door(settings)
    require_schema(settings)
    where, password = settings.flower, settings.flower.basic_auth
    handed_over = inherited_socket()
    listener = handed_over or listen_for_flower(settings)
    port = listener.getsockname()[1]
    set_variables(FLOWER_PORT=port)  # Flower reads this one too, where it may be empty
    serve_on(listener, end_when_idle=handed_over is not None)
    show_past()
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
