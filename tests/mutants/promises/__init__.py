"""The mutants, by what they break."""

from typing import Final

from tests.mutants.promises import (
    api,
    counting,
    finding,
    http,
    ingest,
    kept,
    local,
    operations,
    people,
    processes,
    refreshing,
    replicas,
    starting,
    web,
)

MUTANTS: Final = (
    *api.MUTANTS,
    *counting.MUTANTS,
    *finding.MUTANTS,
    *http.MUTANTS,
    *ingest.MUTANTS,
    *kept.MUTANTS,
    *local.MUTANTS,
    *operations.MUTANTS,
    *people.MUTANTS,
    *processes.MUTANTS,
    *refreshing.MUTANTS,
    *replicas.MUTANTS,
    *starting.MUTANTS,
    *web.MUTANTS,
)
