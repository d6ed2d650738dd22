"""`genonaut doctor`: what is wrong with this machine, and what to do."""

import logging
from collections.abc import Iterator
from dataclasses import asdict

import structlog
import typer

from genonaut.cli.options import Env, Json
from genonaut.config import Settings, load_settings
from genonaut.counting.audit import Finding
from genonaut.errors import GenonautError
from genonaut.hints import in_text
from genonaut.running.doctor.folders import check_folders
from genonaut.running.doctor.machine import check_machine, check_programs
from genonaut.running.doctor.ports import check_ports
from genonaut.running.doctor.servers import check_broker, check_database
from genonaut.running.output import number_of, print_json, say
from genonaut.worker.celery_app import configuration
from genonaut.worker.schedulers import require_scheduler


def register(app: typer.Typer) -> None:
    app.command()(doctor)


def doctor(env: Env = None, as_json: Json = False) -> None:
    """Check versions, settings, folders, ports and servers, and say what to do. Changes nothing.

    Exits with 1 if something is wrong.
    """
    # A check that fails is reported, and need not be logged as well.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    found = list(_findings(env))
    wrong = sum(not one.ok for one in found)
    if as_json:
        print_json({"ok": not wrong, "findings": [asdict(one) for one in found]})
    else:
        for one in found:
            detail = one.detail if one.ok else in_text(one.detail)
            say(f"{'ok  ' if one.ok else 'BAD '} {one.what:<15} {detail}")
        say(f"{number_of(wrong, 'problem')} found." if wrong else "All is well.")
    if wrong:
        raise typer.Exit(1)


def _findings(env: str | None) -> Iterator[Finding]:
    yield from check_machine()
    try:
        settings = load_settings(env)
        configuration(settings)
        require_scheduler(settings)
    except GenonautError as error:
        yield Finding("settings", False, str(error))
        return
    yield Finding("settings", True, f"The environment is {settings.environment}.")
    yield from _of_the_settings(settings)


def _of_the_settings(settings: Settings) -> Iterator[Finding]:
    yield from check_programs(settings)
    yield from check_folders(settings)
    yield from check_ports(settings)
    yield from check_database(settings)
    yield from check_broker(settings)
