"""The API's listening socket: its own, or the one that `genonaut up` hands over."""

import errno
import os
import socket
from ipaddress import ip_address

from genonaut.config import Settings
from genonaut.errors import PortInUseError, ServerStartError
from genonaut.running.output import say, say_error

PORTS_TO_TRY = 20
LAST_PORT = 65535
LISTENER_VARIABLE = "GENONAUT_LISTENER"
READY = "Genonaut is ready"


def inherited_listener() -> socket.socket | None:
    """The listening socket that `genonaut up` handed over. It outlives this process."""
    number = os.environ.get(LISTENER_VARIABLE)
    return socket.socket(fileno=int(number)) if number else None


def ports_to_try(wanted: int, variable: str) -> range:
    """The wanted port and, unless the variable fixes it, the next ones."""
    more = 1 if os.environ.get(variable) else PORTS_TO_TRY
    return range(wanted, min(wanted + more, LAST_PORT + 1))


def address(host: str, port: int) -> str:
    """As a URL has it."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server there."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def listen(settings: Settings) -> socket.socket:
    """A listening socket at the API's address; at the next free port, unless API_PORT is set.

    Raises:
        PortInUseError: the port is in use; without API_PORT, the next ones are as well.
    """
    wanted = settings.api.port
    for port in ports_to_try(wanted, "API_PORT"):
        listener = _try_to_listen(settings.api.host, port)
        if listener:
            if not is_loopback(settings.api.host):
                say_error(
                    f"The API listens on {settings.api.host} and has no login: any client that "
                    "reaches it may change and delete everything. Put a proxy that asks for one "
                    "in front of it."
                )
            if port != wanted:
                say(f"Port {wanted} is in use: using port {port} instead.")
            return listener
    raise PortInUseError(
        f"Another process is listening on {address(settings.api.host, wanted)}: stop it, or choose "
        f"another port with API_PORT={wanted + 1}."
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
            f"Cannot listen on {address(host, port)} ({error.strerror}): correct API_HOST and "
            "API_PORT."
        ) from error
    return listener
