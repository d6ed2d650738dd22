"""The API's listening socket: its own, or the one that `genonaut up` hands over."""

import errno
import os
import socket

from genonaut.config import Settings
from genonaut.errors import PortInUseError, ServerStartError
from genonaut.running.output import say

PORTS_TO_TRY = 20
LISTENER_VARIABLE = "GENONAUT_LISTENER"
READY = "Genonaut is ready"


def inherited_listener() -> socket.socket | None:
    """The listening socket that `genonaut up` handed over; it outlives this process."""
    number = os.environ.get(LISTENER_VARIABLE)
    return socket.socket(fileno=int(number)) if number else None


def listen(settings: Settings) -> socket.socket:
    """A listening socket at the API's address, or at the next free port if none was asked for.

    Raises:
        PortInUseError: the port that was asked for is taken.
    """
    wanted = settings.api.port
    asked_for = bool(os.environ.get("API_PORT"))
    for port in [wanted] if asked_for else range(wanted, wanted + PORTS_TO_TRY):
        listener = _try_to_listen(settings.api.host, port)
        if listener:
            if port != wanted:
                say(f"Port {wanted} is taken by something else, so this uses {port}.")
            return listener
    raise PortInUseError(
        f"Something else listens on {settings.api.host}:{wanted}: stop it, or choose another port "
        f"with API_PORT={wanted + 1}."
    )


def _try_to_listen(host: str, port: int) -> socket.socket | None:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            return None
        raise ServerStartError(
            f"Cannot listen on {host}:{port} ({error.strerror}): correct API_HOST and API_PORT."
        ) from error
    return listener
