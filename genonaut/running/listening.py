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
    """The listening socket that `genonaut up` handed over. It outlives this process."""
    number = os.environ.get(LISTENER_VARIABLE)
    return socket.socket(fileno=int(number)) if number else None


def listen(settings: Settings) -> socket.socket:
    """A listening socket at the API's address; at the next free port, unless API_PORT is set.

    Raises:
        PortInUseError: the port is in use; without API_PORT, the next ones are as well.
    """
    wanted = settings.api.port
    is_fixed = bool(os.environ.get("API_PORT"))
    for port in [wanted] if is_fixed else range(wanted, wanted + PORTS_TO_TRY):
        listener = _try_to_listen(settings.api.host, port)
        if listener:
            if port != wanted:
                say(f"Port {wanted} is in use: using port {port} instead.")
            return listener
    raise PortInUseError(
        f"Another process is listening on {settings.api.host}:{wanted}: stop it, or choose another "
        f"port with API_PORT={wanted + 1}."
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
