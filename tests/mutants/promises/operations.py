"""Promises of docs/operations.md and docs/configuration.md: settings, logs, limits, deployment."""

from typing import Final

from tests.mutants.mutant import Mutant

MUTANTS: Final = (
    Mutant(
        "imports point down",
        "genonaut/errors.py",
        "class GenonautError(Exception):",
        "from genonaut.api import gallery  # noqa\n\n\nclass GenonautError(Exception):",
        "tests/unit/test_floors.py::test_imports_point_down",
    ),
    Mutant(
        "an unknown setting is refused",
        "genonaut/config.py",
        'extra="forbid"',
        'extra="ignore"',
        "tests/unit/test_config.py::test_a_wrong_value_in_a_file",
    ),
    Mutant(
        "a wrong setting is shown with its origin",
        "genonaut/config_layers.py",
        "from {layer.origin_of(key)}; {reason}",
        "from {layer.origin}; {reason}",
        "tests/unit/test_config.py::test_a_wrong_value_in_a_variable",
    ),
    Mutant(
        "a wrong secret is not shown",
        "genonaut/config_layers.py",
        'shown = "the value" if is_secret else repr',
        "shown = repr",
        "tests/unit/test_config.py::test_a_wrong_address_is_refused_without_its_password",
    ),
    Mutant(
        "a secret in a file is refused",
        "genonaut/config_layers.py",
        "not in (None, NOTHING):\n",
        'not in (None, NOTHING, layer.find(key.split("."))):\n',
        "tests/unit/test_config.py::test_a_secret_in_a_file_is_refused",
    ),
    Mutant(
        "a field named token is masked",
        "genonaut/logs.py",
        "password|passwd|secret|token|authorization",
        "password|passwd|secret|authorization",
        "tests/unit/test_logs.py::test_secrets_are_masked",
    ),
    Mutant(
        "a password in an address is masked",
        "genonaut/logs.py",
        '_IN_URL.sub(rf"\\g<1>{MASK}", value)',
        "value",
        "tests/unit/test_logs.py::test_secrets_are_masked",
    ),
    Mutant(
        "a secret in a nested field is masked",
        "genonaut/logs.py",
        "{key: _hidden(key, member)",
        "{key: _hidden(None, member)",
        "tests/unit/test_logs.py::test_secrets_are_masked",
    ),
    Mutant(
        "a traceback does not hold what users wrote",
        "genonaut/db/session.py",
        "hide_parameters=True",
        "hide_parameters=False",
        "tests/integration/test_open_database.py::test_a_traceback_does_not_hold_what_users_wrote",
    ),
    Mutant(
        "the API's statements have its time limit",
        "genonaut/cli/api.py",
        "            statement_timeout_seconds=settings.api.statement_timeout_seconds,\n",
        "",
        "tests/integration/test_open_database.py::test_the_api_s_statements_have_its_time_limit",
    ),
    Mutant(
        "a migration waits five seconds for a lock",
        "genonaut/db/migrations/env.py",
        'LOCK_TIMEOUT = "5s"',
        'LOCK_TIMEOUT = "20s"',
        "tests/integration/test_migrations.py::test_a_migration_waits_five_seconds_for_a_lock[embedded]",
    ),
    Mutant(
        "the broker's socket is for its account alone",
        "genonaut/embedded/valkey.py",
        '"unixsocketperm": "700"',
        '"unixsocketperm": "777"',
        "tests/integration/test_api_health.py::test_the_socket_of_the_embedded_broker_is_for_its_account_alone",
    ),
    Mutant(
        "Flower is published on this machine only",
        "deploy/compose.yaml",
        '"127.0.0.1:5555',
        '"5555',
        "tests/unit/test_deploy.py::test_the_compose_file[open_doors]",
    ),
    Mutant(
        "every part comes back after a crash",
        "deploy/compose.yaml",
        "  restart: unless-stopped\n  read",
        '  restart: "no"\n  read',
        "tests/unit/test_deploy.py::test_the_compose_file[parts_that_do_not_come_back]",
    ),
    Mutant(
        "an alert asks for a metric that exists",
        "deploy/prometheus/alerts.yaml",
        "(genonaut_ledger_rows) > 50000",
        "(genonaut_ledger_row) > 50000",
        "tests/unit/test_watching.py::test_an_expression_uses_metrics_and_labels_that_are_given",
    ),
    Mutant(
        "an alert has a place in the operator's guide",
        "deploy/prometheus/alerts.yaml",
        "docs/operations.md#genonautledgerlong",
        "docs/operations.md#genonautledger",
        "tests/unit/test_watching.py",
    ),
    Mutant(
        "every setting is documented",
        "docs/configuration.md",
        "`api.statement-timeout-seconds`",
        "`api.statement-timeout`",
        "tests/unit/test_docs.py",
    ),
    Mutant(
        "the schema of a development version is refused",
        "genonaut/db/migrate.py",
        "if found and found.isdecimal():",
        "if False:",
        "tests/integration/test_migrations.py::test_a_development_database_is_refused_and_can_be_emptied",
    ),
)
