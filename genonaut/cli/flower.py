"""`genonaut flower`: watching workers and tasks."""

import typer

from genonaut.api.http.hosts import AllowedHosts
from genonaut.broker import running_broker
from genonaut.cli.options import Env
from genonaut.embedded.server import free_port
from genonaut.errors import PortInUseError
from genonaut.running.flower_hosts import answer_only_to
from genonaut.worker.launching import celery_settings, require_schema, start_celery


def register(app: typer.Typer) -> None:
    app.command()(flower)


def flower(env: Env = None) -> None:
    """Run Flower, a page that shows workers and tasks."""
    settings = celery_settings(env)
    require_schema(settings)
    _require_free(settings.flower.host, settings.flower.port)
    arguments = [
        f"--address={settings.flower.host}",
        f"--port={settings.flower.port}",
        "--logging=none",  # ours is set up already
    ]
    if settings.flower.basic_auth:
        arguments.append(f"--basic-auth={settings.flower.basic_auth.get_secret_value()}")
    answer_only_to(AllowedHosts(settings.flower.host, settings.api.allowed_hosts))
    with running_broker(settings):
        start_celery("flower", *arguments)


def _require_free(host: str, port: int) -> None:
    try:
        free_port(host, port)
    except OSError as error:
        raise PortInUseError(
            f"Flower cannot listen on {host}:{port} ({error.strerror}): stop the process that "
            f"does, or choose another port with FLOWER_PORT={port + 1}."
        ) from error
