"""Promises about replicas: what they claim, and what becomes of requests when they are lost."""

from typing import Final

from tests.mutants.mutant import Mutant

_HONESTY = "tests/integration/replicas/test_honesty.py::"
_OWN = "tests/integration/replicas/test_own_writes.py::"
_LOST = "tests/integration/replicas/test_lost.py::"

MUTANTS: Final = (
    Mutant(
        "a replica is as old as what it has",
        "genonaut/db/gen_source_counts.py",
        "as_of=(origin and origin.as_of) or reading.as_of,",
        "as_of=reading.as_of,",
        f"{_HONESTY}test_a_paused_replica_claims_no_newer_moment_than_it_has",
    ),
    Mutant(
        "a replica has reached the positions whose moments it claims",
        "genonaut/db/positions.py",
        "for mark in self._newest_first if position.has(mark.position))",
        "for mark in self._newest_first)",
        "tests/unit/test_positions.py::"
        "test_a_replica_is_as_of_the_newest_moment_whose_position_it_has_reached",
    ),
    Mutant(
        "a replica that missed a promotion has nothing of what came after it",
        "genonaut/db/positions.py",
        "return self.timeline >= other.timeline and (",
        "return bool(self.timeline) and (",
        "tests/unit/test_positions.py::"
        "test_a_replica_that_missed_a_promotion_has_nothing_of_the_new_timeline",
    ),
    Mutant(
        "a replica that lacks the wanted position is not read from",
        "genonaut/db/replicas.py",
        "return origin.position.has(at_least)",
        "return bool(origin.position)",
        f"{_OWN}test_without_the_position_a_paused_replica_returns_what_was",
    ),
    Mutant(
        "a replica that lags too far is not read from",
        "genonaut/db/watched_replica.py",
        "if lag is None or lag > self._replicas.max_lag_seconds:",
        "if lag is None:",
        f"{_HONESTY}test_a_replica_that_lags_too_far_is_not_asked",
    ),
    Mutant(
        "what a replica breaks off is read from the primary",
        "genonaut/app.py",
        "        app.add_middleware(FromThePrimaryInstead)\n",
        "",
        f"{_LOST}test_a_request_that_a_replica_breaks_off_is_answered_by_the_primary",
    ),
    Mutant(
        "a replica that hangs holds no request until its time limit",
        "genonaut/db/watched_replica.py",
        "        self._replica.cut()\n",
        "",
        f"{_LOST}test_a_replica_that_hangs_holds_no_request_for_long",
    ),
    Mutant(
        "what takes writes itself is no replica",
        "genonaut/db/watched_replica.py",
        "if not found.is_replica or found.lsn is None:",
        "if found.lsn is None and found.is_replica:",
        f"{_LOST}test_what_is_no_replica_of_the_database_is_not_asked",
    ),
)
