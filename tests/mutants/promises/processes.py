"""Promises about the parts: worker, schedule, supervisor."""

from typing import Final

from tests.mutants.mutant import Mutant

MUTANTS: Final = (
    Mutant(
        "only JSON is accepted from the queue",
        "genonaut/worker/celery_app.py",
        '"accept_content": ["json"]',
        '"accept_content": ["json", "pickle"]',
        "tests/unit/test_schedules.py::test_only_json_is_accepted_and_tasks_are_acknowledged_late",
    ),
    Mutant(
        "a task is acknowledged when it is done",
        "genonaut/worker/celery_app.py",
        '"task_acks_late": True',
        '"task_acks_late": False',
        "tests/unit/test_schedules.py::test_only_json_is_accepted_and_tasks_are_acknowledged_late",
    ),
    Mutant(
        "a task in work is not delivered again",
        "genonaut/worker/celery_app.py",
        '{"visibility_timeout": celery.task_seconds + 60}',
        '{"visibility_timeout": celery.task_seconds}',
        "tests/unit/test_schedules.py::test_only_json_is_accepted_and_tasks_are_acknowledged_late",
    ),
    Mutant(
        "a run that no worker took expires",
        "genonaut/worker/schedules.py",
        '{"expires": float(seconds)} if seconds',
        "{} if seconds",
        "tests/unit/test_schedules.py::test_a_run_that_no_worker_took_does_not_pile_up",
    ),
    Mutant(
        "a missing minute is the first of the hour",
        "genonaut/worker/schedules.py",
        '{"minute": 0, **',
        "{**",
        "tests/unit/test_schedules.py::test_crontab_fields_are_numbers_or_text",
    ),
    Mutant(
        "a worker that starts asks for an overdue refresh",
        "genonaut/worker/process.py",
        "@worker_ready.connect\n",
        "",
        "tests/unit/test_overdue.py::test_an_overdue_refresh_is_asked_for",
    ),
    Mutant(
        "a worker starts without the database",
        "genonaut/worker/process.py",
        'overdue", reason=str(error))\n        return',
        'overdue", reason=str(error))\n        raise',
        "tests/unit/test_overdue.py::test_a_worker_starts_without_the_database",
    ),
    Mutant(
        "the pause before a restart doubles",
        "genonaut/running/supervisor.py",
        "min(self._pause * 2,",
        "min(self._pause,",
        "tests/unit/test_supervisor.py::test_the_pause_doubles_up_to_half_a_minute_and_is_short_again_after_a_steady_run",
    ),
    Mutant(
        "the pause before a restart ends at half a minute",
        "genonaut/running/supervisor.py",
        "LONGEST_PAUSE_SECONDS = 30.0",
        "LONGEST_PAUSE_SECONDS = 60.0",
        "tests/unit/test_supervisor.py::test_the_pause_doubles_up_to_half_a_minute_and_is_short_again_after_a_steady_run",
    ),
    Mutant(
        "a part that ran steadily restarts soon",
        "genonaut/running/supervisor.py",
        "FIRST_PAUSE_SECONDS if steady else min",
        "min",
        "tests/unit/test_supervisor.py::test_the_pause_doubles_up_to_half_a_minute_and_is_short_again_after_a_steady_run",
    ),
    Mutant(
        "a part is asked to end before it is killed",
        "genonaut/running/supervisor.py",
        "            self._process.terminate()\n",
        "            pass\n",
        "tests/unit/test_supervisor.py::test_a_part_is_asked_to_end_before_it_is_killed",
    ),
    Mutant(
        "a refresh from the future is overdue",
        "genonaut/worker/schedules.py",
        "if last is None or ahead:",
        "if last is None:",
        "tests/unit/test_overdue.py::test_one_from_the_future_is_no_reason_to_wait",
    ),
    Mutant(
        "an API without a worker makes no refresh that another process made",
        "genonaut/worker/inside.py",
        "            if not self._is_due():\n                return  # another",
        "            if False:\n                return  # another",
        "tests/unit/test_schedule_inside.py::test_a_refresh_that_another_process_made_is_not_made_again",
    ),
    Mutant(
        "an API without a worker runs what the schedule says and when",
        "genonaut/worker/timing.py",
        "replace(second=0, microsecond=0) + timedelta(minutes=1)",
        "replace(second=0, microsecond=0)",
        "tests/unit/test_timing.py::test_it_is_due_when_celery_says_so",
    ),
    Mutant(
        "a keeper needs no database driver",
        "genonaut/embedded/postgres.py",
        "if TYPE_CHECKING:  # no keeper",
        "if True:  # no keeper",
        "tests/unit/test_lean_imports.py::test_it_imports_what_it_needs_and_no_more",
    ),
    Mutant(
        "an error keeps its kind from another process",
        "genonaut/embedded/apart.py",
        "    except GenonautError as error:\n        return error",
        "    except GenonautError as error:\n        return GenonautError(str(error))",
        "tests/unit/test_apart.py::test_an_error_of_ours_is_the_same_here",
    ),
    Mutant(
        "Flower shows the tasks of our queue only",
        "genonaut/running/flower_past.py",
        'if found.get("queue") == app.conf.task_default_queue',
        "",
        "tests/unit/test_flower_past.py::test_it_knows_what_became_of_our_tasks_and_of_no_others",
    ),
)
