"""Checks of the addresses to listen on: whether they are free, and whether they have a door."""

import errno
from collections.abc import Iterator

from genonaut.config import Settings
from genonaut.counting.audit import Finding
from genonaut.embedded.server import free_port
from genonaut.errors import AlreadyRunningError, ConfigError
from genonaut.extras import is_installed
from genonaut.running.exposure import require_a_door, require_flowers_door
from genonaut.running.listening import address, ports_to_try
from genonaut.running.only_one import refuse_second


def check_ports(settings: Settings) -> Iterator[Finding]:
    """Those of the API and of Flower, unless the gallery runs and has them."""
    yield _doors(settings)
    try:
        refuse_second(settings)
    except AlreadyRunningError as error:
        yield Finding("ports", True, str(error).partition(": ")[0] + ".")
        return
    yield _port("port of api", settings.api.host, settings.api.port, "API_PORT")
    if is_installed("flower") and not settings.lite:
        yield _port("port of flower", settings.flower.host, settings.flower.port, "FLOWER_PORT")


def _doors(settings: Settings) -> Finding:
    try:
        require_a_door(settings.api.host, settings)
        if is_installed("flower") and not settings.lite:
            require_flowers_door(settings)
    except ConfigError as error:
        return Finding("doors", False, str(error))
    return Finding("doors", True, f"API on {settings.api.host}, auth.mode {settings.auth.mode}.")


def _port(what: str, host: str, wanted: int, variable: str) -> Finding:
    where = address(host, wanted)
    for port in ports_to_try(wanted, variable):
        try:
            free_port(host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                detail = (
                    f"Cannot listen on {where} ({error.strerror}): correct {variable}, or the "
                    "address."
                )
                return Finding(what, False, detail)
            continue
        instead = "" if port == wanted else f" in use, and {port} is used instead"
        return Finding(what, True, f"{where} is{instead or ' free'}.")
    detail = (
        f"Another process listens on {where}: stop it, or choose another port with "
        f"{variable}={wanted + 1}."
    )
    return Finding(what, False, detail)
