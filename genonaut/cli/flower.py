"""`genonaut flower`: watching workers and tasks."""

import typer

from genonaut.api.http.hosts import AllowedHosts
from genonaut.broker import running_broker
from genonaut.cli.options import Env
from genonaut.config import FlowerSettings
from genonaut.embedded.server import free_port
from genonaut.errors import PortInUseError
from genonaut.running.exposure import require_flowers_door
from genonaut.running.flower_hosts import answer_only_to
from genonaut.running.listening import address, ports_to_try
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
    port = _free_port(where)
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


def _free_port(wanted: FlowerSettings) -> int:
    """The wanted port or, unless FLOWER_PORT is set, the next one that is free."""
    for port in ports_to_try(wanted.port, "FLOWER_PORT"):
        try:
            return free_port(wanted.host, port)
        except OSError as error:
            reason = error.strerror
    raise PortInUseError(
        f"Flower cannot listen on {address(wanted.host, wanted.port)} ({reason}): stop the process "
        f"that does, or choose another port with FLOWER_PORT={wanted.port + 1}."
    )
