"""Promises about what a start refuses, and about clocks and files that are not as expected."""

from typing import Final

from tests.mutants.mutant import Mutant

MUTANTS: Final = (
    Mutant(
        "a database that is not in UTF-8 is refused",
        "genonaut/db/requirements.py",
        "    if encoding != ENCODING:",
        "    if not encoding:",
        "tests/system/test_start_failures.py::test_a_database_that_is_not_in_utf_8",
    ),
    Mutant(
        "a pooler that shares sessions is refused",
        "genonaut/db/requirements.py",
        "return _backend(second) == had or _backend(first) != had",
        "return False",
        "tests/integration/test_poolers.py::test_a_pooler_that_shares_sessions_is_refused",
    ),
    Mutant(
        "nothing is prepared behind a pooler",
        "genonaut/db/limits.py",
        '{"prepare_threshold": None}',
        '{"prepare_threshold": 0}',
        "tests/integration/test_poolers.py::test_many_requests_at_once_are_right_and_leave_nothing",
    ),
    Mutant(
        "a transaction leaves no settings in a session that is shared",
        "genonaut/db/limits.py",
        'f"SET LOCAL {name}',
        'f"SET {name}',
        "tests/integration/test_poolers.py::test_each_transaction_has_our_settings_and_leaves_none",
    ),
    Mutant(
        "a read of the counts leaves no settings in a session that is shared",
        "genonaut/db/limits.py",
        'local="true")',
        'local="false")',
        "tests/integration/test_poolers.py::test_many_requests_at_once_are_right_and_leave_nothing",
    ),
    Mutant(
        "settings take no snapshot",
        "genonaut/db/limits.py",
        "    connection.exec_driver_sql(statements)\n",
        '    connection.exec_driver_sql(f"{statements}; SELECT FROM pg_class LIMIT 1")\n',
        "tests/integration/test_poolers.py::test_a_snapshot_begins_with_its_own_first_statement",
    ),
    Mutant(
        "a pooler in session mode needs no parameters passed on",
        "genonaut/db/engines.py",
        '"application_name": "genonaut",',
        '"application_name": "genonaut", "options": "-c jit=off",',
        "tests/integration/test_poolers.py::test_a_pooler_in_session_mode_serves",
    ),
    Mutant(
        "a read-only database stays read-only",
        "genonaut/db/engines.py",
        "        connection.read_only = None\n",
        "        pass\n",
        "tests/integration/test_unexpected_databases.py::test_a_read_only_database_stays_read_only_after_a_snapshot",
    ),
    Mutant(
        "a clock that was ahead keeps no task waiting",
        "genonaut/worker/file_scheduler.py",
        "            entry.last_run_at = LONG_AGO\n",
        "            pass\n",
        "tests/unit/test_file_scheduler.py::test_what_was_sent_while_the_clock_was_ahead_is_sent_at_once",
    ),
    Mutant(
        "a clock that goes back stops no beat that runs",
        "genonaut/worker/file_scheduler.py",
        "            self._heap = None  # Celery sorts the entries again\n",
        "",
        "tests/unit/test_file_scheduler.py::test_a_clock_that_goes_back_while_it_runs_stops_nothing",
    ),
    Mutant(
        "a damaged file of beat is set aside",
        "genonaut/worker/file_scheduler.py",
        "        self._set_aside_if_damaged()\n",
        "",
        "tests/unit/test_file_scheduler.py::test_a_damaged_file_is_set_aside_and_made_anew",
    ),
    Mutant(
        "named databases have queues of their own",
        "genonaut/config.py",
        'else f"-{self.db.name}"',
        'else ""',
        "tests/unit/test_schedules.py::test_galleries_that_share_a_broker_and_a_home_share_neither_queue_nor_file",
    ),
    Mutant(
        "folds do not fill Flower's list",
        "genonaut/worker/tasks.py",
        "ignore_result=True, send_events=False",
        "ignore_result=True",
        "tests/integration/test_task_results.py::test_folds_are_not_listed_by_flower_and_refreshes_are",
    ),
    Mutant(
        "the alert of a stale refresh knows the limit of each count",
        "deploy/prometheus/alerts.yaml",
        '{count!="gen_source"}) > 259200',
        '{count!="gen_source"}) > 10800',
        "tests/unit/test_alerts_fire.py::test_an_alert_fires_when_it_should",
    ),
)
