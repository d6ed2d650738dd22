"""Promises of docs/counting.md: one fold at a time, refreshes that repair, and the audit."""

from typing import Final

from tests.mutants.mutant import Mutant

MUTANTS: Final = (
    Mutant(
        "the last good refresh is never pruned",
        "genonaut/counting/sql/statements.sql",
        "max(id) FROM {{ refreshes }} WHERE outcome <> 'failed');",
        "max(id) FROM {{ refreshes }});",
        "tests/counting/test_refresh.py::test_old_records_are_pruned_but_never_the_last_good_one[embedded]",
    ),
    Mutant(
        "a failed refresh does not build the counts",
        "genonaut/counting/sql/statements.sql",
        "WHEN NOT EXISTS (SELECT FROM {{ refreshes }} WHERE outcome <> 'failed')",
        "WHEN NOT EXISTS (SELECT FROM {{ refreshes }})",
        "tests/counting/test_refresh.py::test_a_failed_refresh_builds_nothing[embedded]",
    ),
    Mutant(
        "counts are folded by one transaction at a time",
        "genonaut/counting/engine.py",
        'execute(session, count, "try_lock").scalar_one()',
        "True",
        "tests/counting/test_interleavings.py::test_a_fold_leaves_the_ledger_to_one_that_has_begun[embedded]",
    ),
    Mutant(
        "a snapshot older than the lock is refused",
        "genonaut/counting/engine.py",
        'if level != "read committed":',
        'if level == "serializable":',
        "tests/counting/test_refresh.py::test_a_snapshot_older_than_the_lock_is_refused[embedded]",
    ),
    Mutant(
        "a refresh that does not wait is busy",
        "genonaut/counting/engine.py",
        "return Refresh(started_at=_now(session), outcome=BUSY)",
        'return Refresh(started_at=_now(session), outcome="exact")',
        "tests/counting/test_interleavings.py::test_what_is_written_and_folded_while_a_refresh_recounts_is_kept",
    ),
    Mutant(
        "a refresh enters what it found missing",
        "genonaut/counting/engine.py",
        'execute(session, count, "enter_differences").scalar_one() if result.rows_wrong else 0',
        "0",
        "tests/counting/test_refresh.py::test_only_what_is_wrong_is_written",
    ),
    Mutant(
        "a first build waits for no owner who is being deleted",
        "genonaut/counting/sql/statements.sql",
        "FOR KEY SHARE OF staying SKIP LOCKED",
        "FOR KEY SHARE OF staying NOWAIT",
        "tests/counting/test_first_build.py::test_a_user_who_is_being_deleted_waits_in_the_ledger",
    ),
    Mutant(
        "a difference is added once, to the stored count or to the ledger",
        "genonaut/counting/sql/statements.sql",
        "SELECT FROM counts_stored AS stored\n          WHERE ",
        "SELECT FROM counts_stored AS stored\n          WHERE false AND ",
        "tests/counting/test_first_build.py::test_each_count_is_written_once",
    ),
    Mutant(
        "a trigger that is disabled is reported",
        "genonaut/counting/audit.py",
        "elif not row.fires:",
        "elif False:",
        "tests/counting/test_audit.py::test_triggers_that_do_not_do_their_work",
    ),
    Mutant(
        "a function that is missing is reported",
        "genonaut/counting/audit.py",
        "if name not in theirs:",
        "if False:",
        "tests/counting/test_audit.py::test_triggers_that_do_not_do_their_work",
    ),
    Mutant(
        "a refresh that failed is reported",
        "genonaut/counting/audit.py",
        'if last.last_outcome == "failed":',
        'if last.last_outcome == "lost":',
        "tests/counting/test_audit.py::test_a_refresh_that_failed",
    ),
    Mutant(
        "a ledger that is not folded is reported",
        "genonaut/counting/audit.py",
        "ok = rows <= limits.ledger_rows",
        "ok = rows >= 0",
        "tests/counting/test_audit.py::test_a_ledger_that_is_not_folded",
    ),
    Mutant(
        "a refresh from the future proves nothing",
        "genonaut/counting/sql/audit.sql",
        "AND started_at <= clock_timestamp()) AS seconds",
        ") AS seconds",
        "tests/counting/test_audit.py::test_a_refresh_from_the_future_is_no_proof[embedded]",
    ),
)
