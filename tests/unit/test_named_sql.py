"""SQL that is kept as SQL: found by its name, and each statement with a sentence above it."""

import pytest

from genonaut.api import repositories
from genonaut.db.named_sql import named_sql


@pytest.mark.parametrize("file", ["deletion.sql", "growth.sql"])
def test_every_statement_has_a_sentence(file: str) -> None:
    statements = named_sql(repositories.__name__, file)
    assert statements
    for name, statement in statements.items():
        assert statement.text.startswith("-- "), name
        assert not statement.text.endswith(";"), name


def test_only_what_is_meant_is_a_parameter() -> None:
    statements = named_sql(repositories.__name__, "growth.sql")
    assert set(statements["totals"].compile().params) == {"points", "sees_all"}
