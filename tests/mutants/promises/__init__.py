"""The mutants, by what they break."""

from typing import Final

from tests.mutants.promises import api, counting, ingest, operations, processes, refreshing, web

MUTANTS: Final = (
    *api.MUTANTS,
    *counting.MUTANTS,
    *ingest.MUTANTS,
    *operations.MUTANTS,
    *processes.MUTANTS,
    *refreshing.MUTANTS,
    *web.MUTANTS,
)
