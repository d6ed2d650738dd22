"""Promises of docs/importing.md: what is stored, what is refused, and where it goes."""

from typing import Final

from tests.mutants.mutant import Mutant

MUTANTS: Final = (
    Mutant(
        "a tag is one name in every Unicode form",
        "genonaut/content/tag_names.py",
        '    return unicodedata.normalize("NFC", lower)',
        "    return lower",
        "tests/unit/test_tag_names.py::test_a_name_is_its_own_name_and_storable",
    ),
    Mutant(
        "a tag is one name in either case",
        "genonaut/content/tag_names.py",
        '" ".join(written.split())).lower()',
        '" ".join(written.split()))',
        "tests/unit/test_tag_names.py::test_names",
    ),
    Mutant(
        "a tag has no control characters",
        "genonaut/content/tag_names.py",
        "if _CONTROL.search(written):",
        "if _CONTROL.match(written):",
        "tests/unit/test_tag_names.py::test_what_cannot_be_a_name",
    ),
    Mutant(
        "a NUL is refused",
        "genonaut/content/rules.py",
        '"[\\0\\ud800-\\udfff]"',
        '"[\\ud800-\\udfff]"',
        "tests/unit/test_ingest_rows.py::test_what_is_refused_and_why",
    ),
    Mutant(
        "half a surrogate pair is refused",
        "genonaut/content/rules.py",
        '"[\\0\\ud800-\\udfff]"',
        '"[\\0]"',
        "tests/unit/test_ingest_rows.py::test_what_is_refused_and_why",
    ),
    Mutant(
        "a number that is not finite is refused",
        "genonaut/content/rules.py",
        "if not math.isfinite(value):",
        "if math.isnan(value):",
        "tests/unit/test_ingest_rows.py::test_what_is_refused_and_why",
    ),
    Mutant(
        "a title ends after a word",
        "genonaut/content/rules.py",
        '.rsplit(" ", 1)[0]',
        "",
        "tests/unit/test_ingest_rows.py::test_titles_end_after_a_word",
    ),
    Mutant(
        "a broken record takes no other line with it",
        "genonaut/ingest/csv_records.py",
        "ahead.take(1)",
        "ahead.take(ahead.peeked)",
        "tests/unit/test_ingest_csv_records.py::test_a_quote_that_nothing_closes",
    ),
    Mutant(
        "a key that comes with a row is not believed",
        "genonaut/ingest/rows.py",
        "    metadata.pop(IMPORT_KEY, None)\n",
        "",
        "tests/unit/test_ingest_rows.py::test_a_key_that_comes_with_a_row_is_not_believed",
    ),
    Mutant(
        "the import key knows the creator",
        "genonaut/ingest/rows.py",
        "[row.creator, row.source]",
        "[row.source]",
        "tests/unit/test_ingest_rows.py::test_the_key_knows_every_value",
    ),
    Mutant(
        "a rejects file never replaces an input",
        "genonaut/ingest/rejects.py",
        "if path.resolve() in taken:",
        "if path in taken:",
        "tests/unit/test_ingest_rejects.py::test_an_input_is_never_written_over",
    ),
    Mutant(
        "there is no rejects file without a reject",
        "genonaut/ingest/rejects.py",
        "self._open: dict[Path, TextIO] = {}",
        'self._open = {path: path.open("w") for path in map(self.path_for, inputs)}',
        "tests/unit/test_ingest_rejects.py::test_there_is_none_without_a_reject",
    ),
    Mutant(
        "JSON has no NaN",
        "genonaut/ingest/values.py",
        "json.JSONDecoder(parse_constant=_refuse_constant)",
        "json.JSONDecoder()",
        "tests/unit/test_ingest_rows.py::test_what_is_refused_and_why",
    ),
)
