"""How many connections each process opens at most. docs/operations.md has the same as a table."""

from typing import Final

from genonaut.config import Settings

COUNTS: Final = 1
"""Reads the counts, for all requests."""
IDENTITIES: Final = 1
"""Finds whose sessions and tokens come, if there are accounts."""
FOLDS: Final = 1
FOLDS_OF_LITE: Final = 3
"""Of an API that does the scheduled work: folds, refreshes, and folds that readers asked for."""
WATCHES_REPLICAS: Final = 1
"""Follows the log of the primary, if there are replicas. At a replica each process has as many as
for the requests, and two more."""
PROBES: Final = 4
"""Of health and metrics: short ones, two of each at once."""


def of_an_api(settings: Settings) -> int:
    """Of one process of the API."""
    identities = 0 if settings.auth.mode == "open" else IDENTITIES
    folds = FOLDS_OF_LITE if settings.lite else FOLDS
    watches = WATCHES_REPLICAS if settings.db.replica_urls or settings.db.replicas else 0
    return settings.api.pool_size + COUNTS + identities + folds + watches + PROBES


def of_a_worker(settings: Settings) -> int:
    """Of one worker: one for each of its threads."""
    return settings.celery.worker_threads


def of_all(settings: Settings) -> int:
    """Of the API's processes and one worker, while nothing is being replaced."""
    worker = 0 if settings.lite else of_a_worker(settings)
    return (settings.api.processes or 1) * of_an_api(settings) + worker
