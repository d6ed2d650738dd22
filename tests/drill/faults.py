"""What goes wrong in the drill: each fault is done to a gallery, and is over when it returns."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from tests.drill.gallery import Gallery
from tests.support.processes import environment

STOPPED_SECONDS = 5.0

Victims = Callable[[Gallery], list[int]]


@dataclass(frozen=True)
class Fault:
    """A fault with its name. `needs_room` is for those that fill a disk of the gallery's own."""

    name: str
    happen: Callable[[Gallery], None]
    needs_room: bool = False


def killed(victims: Victims) -> Callable[[Gallery], None]:
    """Kill some processes with SIGKILL."""
    return lambda gallery: _signal(victims(gallery), signal.SIGKILL)


def stopped(victims: Victims) -> Callable[[Gallery], None]:
    """Stop some processes for a while: they hold what they hold, and do not answer."""

    def happen(gallery: Gallery) -> None:
        processes = victims(gallery)
        _signal(processes, signal.SIGSTOP)
        time.sleep(STOPPED_SECONDS)
        _signal(processes, signal.SIGCONT)

    return happen


def everything_killed(gallery: Gallery) -> None:
    """Kill the command itself; everything that it started has to end on its own."""
    _signal([gallery.command.process.pid], signal.SIGKILL)
    gallery.command.process.wait()
    gallery.start_again()


def disk_full(gallery: Gallery) -> None:
    """Fill the disk for a while."""
    filler = gallery.home / "filler"
    with filler.open("wb") as file, suppress(OSError):
        while True:
            file.write(bytes(1 << 20))
            file.flush()
    time.sleep(STOPPED_SECONDS)
    filler.unlink()


def refresh_killed(gallery: Gallery) -> None:
    """Kill a refresh while it recounts."""
    command = [sys.executable, "-m", "genonaut", "stats", "refresh", "gen_source"]
    process = subprocess.Popen(
        command,
        env=environment(gallery.home, **gallery.variables),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(random.uniform(0.5, 3))
    process.kill()
    process.wait()


def _signal(processes: list[int], number: signal.Signals) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, number)


def _part(name: str) -> Victims:
    return lambda gallery: gallery.part(name)


def _some_backends(gallery: Gallery) -> list[int]:
    return gallery.backends()[:3]


FAULTS = (
    Fault("nothing", lambda _: time.sleep(STOPPED_SECONDS)),
    Fault("API killed", killed(_part("api"))),
    Fault("worker killed", killed(_part("worker"))),
    Fault("Flower killed", killed(_part("flower"))),
    Fault("backends killed", killed(_some_backends)),
    Fault("PostgreSQL killed", killed(Gallery.postgres)),
    Fault("its keeper killed", killed(Gallery.keeper)),
    Fault("broker killed", killed(Gallery.broker)),
    Fault("refresh killed", refresh_killed),
    Fault("everything killed", everything_killed),
    Fault("PostgreSQL stopped", stopped(Gallery.postgres)),
    Fault("broker stopped", stopped(Gallery.broker)),
    Fault("worker stopped", stopped(_part("worker"))),
    Fault("API stopped", stopped(_part("api"))),
    Fault("restart", Gallery.restart),
    Fault("disk full", disk_full, needs_room=True),
)
