"""Listening sockets of the API and of Flower: their own, or those that `genonaut up` hands over."""

import errno
import os
import socket

from genonaut.config import Settings
from genonaut.config_variables import is_given
from genonaut.errors import ConfigError, PortInUseError, ServerStartError
from genonaut.running.exposure import require_a_door
from genonaut.running.output import say

PORTS_TO_TRY = 20
LAST_PORT = 65535
LISTENER_VARIABLE = "GENONAUT_LISTENER"
PREPARE_VARIABLE = "GENONAUT_PREPARE"
"""Set by `genonaut up`: the API prepares the database first, when its standard input ends."""
READY = "Genonaut is ready"
SET_UP = "Set up: "
"""Begins the line with which the API tells `genonaut up` where the first administrator is made."""


def inherited_listener(settings: Settings) -> socket.socket | None:
    """The listening socket that a supervisor handed over. It outlives this process.

    Raises:
        ConfigError: other machines can reach it, and the settings do not accept that.
    """
    listener = inherited_socket()
    if listener is None:
        return None
    try:
        if listener.family != socket.AF_UNIX:
            require_a_door(listener.getsockname()[0], settings)
    except ConfigError:
        listener.close()
        raise
    return listener


def inherited_socket() -> socket.socket | None:
    """The listening socket that was handed over to this process."""
    number = os.environ.get(LISTENER_VARIABLE)
    return socket.socket(fileno=int(number)) if number else None


def ports_to_try(wanted: int, variable: str) -> range:
    """The wanted port and, unless the variable fixes it, the next ones."""
    more = 1 if is_given(os.environ, variable) else PORTS_TO_TRY
    return range(wanted, min(wanted + more, LAST_PORT + 1))


def address(host: str, port: int) -> str:
    """As a URL has it."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def listen(settings: Settings) -> socket.socket:
    """A listening socket at the API's address; at the next free port, unless API_PORT is set.

    Raises:
        ConfigError: other machines could reach it, and the settings do not accept that.
        PortInUseError: the port is in use; without API_PORT, the next ones are as well.
    """
    require_a_door(settings.api.host, settings)
    wanted = settings.api.port
    for port in ports_to_try(wanted, "API_PORT"):
        listener = _try_to_listen(settings.api.host, port)
        if listener:
            if port != wanted:
                say(f"Port {wanted} is in use: using port {port} instead.")
            return listener
    raise PortInUseError(
        f"Another process is listening on {address(settings.api.host, wanted)}: stop it, or choose "
        f"another port with API_PORT={wanted + 1}."
    )


def listen_for_flower(settings: Settings) -> socket.socket:
    """A listening socket at Flower's address; at the next free port, unless FLOWER_PORT is set.

    Raises:
        PortInUseError: none is free.
    """
    wanted = settings.flower
    for port in ports_to_try(wanted.port, "FLOWER_PORT"):
        try:
            return _listen_at(wanted.host, port)
        except OSError as error:
            reason = error.strerror
    raise PortInUseError(
        f"Flower cannot listen on {address(wanted.host, wanted.port)} ({reason}): stop the process "
        f"that does, or choose another port with FLOWER_PORT={wanted.port + 1}."
    )


def _try_to_listen(host: str, port: int) -> socket.socket | None:
    try:
        return _listen_at(host, port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return None
        raise ServerStartError(
            f"Cannot listen on {address(host, port)} ({error.strerror}): correct API_HOST and "
            "API_PORT."
        ) from error


def _listen_at(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    return listener
