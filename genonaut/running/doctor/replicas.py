"""Whether the replicas follow, seen by a command: the API looks at them itself, every second."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Final

from genonaut.config import Settings
from genonaut.counting.audit import Finding
from genonaut.db.replica import Replica
from genonaut.db.replica_watch import ReplicaWatch, replica_watch
from genonaut.db.session import open_database
from genonaut.embedded.standby_folders import running_standbys

_LOOKS: Final = 6
_PAUSE_SECONDS: Final = 0.5


def check_replicas(settings: Settings) -> Iterator[Finding]:
    """A finding about each; none if there is no replica.

    Raises:
        GenonautError: the primary cannot be used.
    """
    settings = _with_standbys(settings)
    if not (settings.db.replicas or settings.db.replica_urls):
        return
    with open_database(settings, migrate=False, with_replicas=True) as database:
        watch = replica_watch(database, settings, is_logged=False)
        if watch is None or database.replicas is None:
            return
        asyncio.run(_look(watch, database.replicas.members))
        yield from map(_finding, database.replicas.members)


def _with_standbys(settings: Settings) -> Settings:
    """The same, which name the standbys that `genonaut up` runs now."""
    if not settings.db.is_embedded or settings.db.replicas is not None:
        return settings
    running = max(running_standbys(settings.home), default=0)
    db = settings.db.model_copy(update={"replicas": running})
    return settings.model_copy(update={"db": db})


async def _look(watch: ReplicaWatch, members: Sequence[Replica]) -> None:
    # A replica needs a moment for what was written just before.
    await watch.start()
    for _ in range(_LOOKS):
        if all(one.standing.complaint is None for one in members):
            break
        await asyncio.sleep(_PAUSE_SECONDS)
    await watch.close()


def _finding(replica: Replica) -> Finding:
    complaint, lag = replica.standing.complaint, replica.standing.lag_seconds
    behind = "" if lag is None else f", {lag:.1f} s behind"
    if complaint is None:
        return Finding(replica.name, True, f"It is read from{behind}.")
    return Finding(
        replica.name, False, f"It {complaint}{behind}: it is not read from. See docs/replicas.md."
    )
