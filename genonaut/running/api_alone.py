"""`genonaut api` with several processes: what supervises them."""

import socket
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from genonaut.api.monitoring.slots import slots_folder
from genonaut.config import Settings, load_settings
from genonaut.running.api_processes import ApiProcesses
from genonaut.running.interruption import on_hangup
from genonaut.running.listening import listen
from genonaut.running.supervisor import Part, Supervisor, logged_deaths


def serve_with_processes(settings: Settings) -> None:
    """Serve with `api.processes` of them, until a signal ends it.

    Raises:
        ConfigError: other machines could reach it, and the settings do not accept that.
        PortInUseError: the port is in use.
        SystemExit: the first one fails at its start; it has said why.
    """
    with ExitStack() as stack:
        listener = stack.enter_context(listen(settings))
        folder = stack.enter_context(slots_folder(settings.home))
        processes = ApiProcesses(
            settings,
            folder,
            partial(_part, settings.environment, listener),
            on_death=logged_deaths(settings.log),
            read_again=lambda: load_settings(settings.environment),
        )
        on_hangup(processes.reload)
        supervisor = Supervisor(lambda: None)
        supervisor.keep(processes)
        supervisor.run()


def _part(
    environment: str, listener: socket.socket, on_line: Callable[[str], None], own: dict[str, str]
) -> Part:
    return Part("api", environment, on_line, listener, variables=own)
