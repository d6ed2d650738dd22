"""Promises of docs/importing.md: what is stored, what is refused, and where it goes."""

from typing import Final

from tests.mutants.mutant import Mutant

MUTANTS: Final = (
    Mutant(
        "what was changed since an import stays",
        "genonaut/ingest/sql/imports.sql",
        "AND imported.fingerprint = FINGERPRINT",
        "",
        "tests/integration/test_imports.py::test_what_was_changed_since_stays",
    ),
    Mutant(
        "thumbnails stay as long as a file has the bytes",
        "genonaut/library/removing.py",
        "digests - {bytes(each) for each in kept}",
        "digests | {bytes(each) for each in kept}",
        "tests/integration/test_imports.py"
        "::test_thumbnails_stay_as_long_as_a_file_in_place_has_the_bytes",
    ),
    Mutant(
        "a dry run writes no file",
        "genonaut/ingest/intake.py",
        "store=self._store if self.writes else None",
        "store=self._store",
        "tests/integration/test_imports.py::test_a_dry_run_reports_what_the_import_then_does",
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
