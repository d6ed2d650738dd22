"""Promises of docs/counting.md: exact counts, whatever is written, folded or refreshed."""

from typing import Final

from tests.mutants.mutant import Mutant

MUTANTS: Final = (
    Mutant(
        "a deleted row is taken off the count",
        "genonaut/counting/sql/triggers.sql",
        'count_function("delete", "old_rows", "-")',
        'count_function("delete", "old_rows", "")',
        "tests/counting/test_foreign_schema.py::test_every_write_is_counted",
    ),
    Mutant(
        "an update that moves a row changes both counts",
        "genonaut/counting/sql/triggers.sql",
        "{{ row_category }}, -1 FROM old_rows",
        "{{ row_category }}, 0 FROM old_rows",
        "tests/counting/test_foreign_schema.py::test_every_write_is_counted",
    ),
    Mutant(
        "what a truncate removes is no longer counted",
        "genonaut/counting/sql/triggers.sql",
        "{{ row_label }}, -count(*)",
        "{{ row_label }}, 0 * count(*)",
        "tests/counting/test_foreign_schema.py::test_every_write_is_counted",
    ),
    Mutant(
        "what is not counted adds nothing",
        "genonaut/counting/sql/triggers.sql",
        "FROM {{ rows }}\n    WHERE {{ is_counted }}\n    LIMIT",
        "FROM {{ rows }}\n    LIMIT",
        "tests/counting/test_foreign_schema.py::test_every_write_is_counted",
    ),
    Mutant(
        "a migrated count is what its declaration makes",
        "genonaut/counting/sql/triggers.sql",
        "HAVING sum(change) <> 0;",
        "HAVING sum(change) < 0 OR sum(change) > 0;",
        "tests/integration/test_declared_counts.py::test_the_newest_text_of_a_function_is_what_stats_sql_prints",
    ),
    Mutant(
        "of many rows, those after the second are counted",
        "genonaut/counting/sql/triggers.sql",
        "IF appended = 2 THEN",
        "IF appended > 2 THEN",
        "tests/counting/test_foreign_schema.py::test_every_write_is_counted",
    ),
    Mutant(
        "of many rows, none is counted twice",
        "genonaut/counting/sql/triggers.sql",
        "OFFSET 2",
        "OFFSET 1",
        "tests/counting/test_foreign_schema.py::test_every_write_is_counted",
    ),
    Mutant(
        "a read adds the ledger to the stored counts of a key",
        "genonaut/counting/sql/statements.sql",
        "CASE WHEN {{ key }} IN (SELECT unnest(%(keys)s::{{ key_type }}[])) THEN",
        "CASE WHEN false THEN",
        "tests/counting/test_foreign_schema.py::test_reading_is_the_same_from_the_cache_and_live",
    ),
    Mutant(
        "a read adds every key's ledger to the total",
        "genonaut/counting/sql/statements.sql",
        "FROM {{ ledger }}\nGROUP BY 2, 3;",
        "FROM {{ ledger }} WHERE {{ key }} = ANY (%(keys)s::{{ key_type }}[])\nGROUP BY 2, 3;",
        "tests/counting/test_foreign_schema.py::test_reading_is_the_same_from_the_cache_and_live",
    ),
    Mutant(
        "a count that reaches zero is not stored",
        "genonaut/counting/sql/fold.sql",
        "AND stored.{{ count }} + added.amount = 0",
        "AND false",
        "tests/counting/test_refresh.py::test_groups_that_became_empty_lose_their_rows[embedded]",
    ),
    Mutant(
        "a fold adds to a stored count",
        "genonaut/counting/sql/fold.sql",
        "SET {{ count }} = stored.{{ count }} + added.amount",
        "SET {{ count }} = added.amount",
        "tests/counting/test_triggers.py::test_a_write_leaves_the_counts_exact",
    ),
    Mutant(
        "a fold adds to a stored total",
        "genonaut/counting/sql/fold_totals.sql",
        "DO UPDATE SET {{ count }} = stored.{{ count }} + excluded",
        "DO UPDATE SET {{ count }} = excluded",
        "tests/counting/test_triggers.py::test_a_write_leaves_the_counts_exact",
    ),
    Mutant(
        "a repaired key does not change the total twice",
        "genonaut/counting/sql/statements.sql",
        "SELECT {{ category }}, -difference FROM others",
        "SELECT {{ category }}, 0 FROM others",
        "tests/counting/test_refresh.py::test_only_what_is_wrong_is_written",
    ),
    Mutant(
        "the counts of a part are its stored counts and its ledger",
        "genonaut/counting/sql/read_parts.sql",
        "{{ category }}, delta, 1, home",
        "{{ category }}, 0, 1, home",
        "tests/counting/test_parts.py::test_a_part_is_folded_by_itself",
    ),
    Mutant(
        "the total of a part is stored where the part is",
        "genonaut/counting/sql/fold_totals.sql",
        "added.amount{{ and_home(home) }}",
        "added.amount{{ and_home('gen_random_uuid()') }}",
        "tests/counting/test_parts.py::test_a_part_is_folded_by_itself",
    ),
    Mutant(
        "a refresh goes through all parts",
        "genonaut/counting/engine.py",
        "for part in parts or [count]]",
        "for part in parts[:1] or [count]]",
        "tests/counting/test_parts.py::test_a_refresh_repairs_each_part_and_records_their_sum",
    ),
)
