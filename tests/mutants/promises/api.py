"""Promises of docs/api.md and docs/listing.md: responses, pages, cursors."""

from typing import Final

from tests.mutants.mutant import Mutant

MUTANTS: Final = (
    Mutant(
        "a result is never older than its request",
        "genonaut/api/http/coalescing.py",
        "for future in _waiting(futures):\n                    future.set_result(result)\n",
        """for future in _waiting(futures + self._futures):
                    future.set_result(result)
                self._keys, self._futures = [], []
""",
        "tests/unit/test_coalescing.py::test_a_caller_whose_key_is_in_the_running_call_waits_for_the_next",
    ),
    Mutant(
        "a cancelled request leaves the others alone",
        "genonaut/api/http/coalescing.py",
        "return [future for future in futures if not future.done()]",
        "return [] if any(future.done() for future in futures) else futures",
        "tests/unit/test_coalescing.py::test_a_cancelled_caller_does_not_cancel_the_others",
    ),
    Mutant(
        "the last item of a page is on it",
        "genonaut/api/gallery/pager.py",
        "items = found[: self._size]",
        "items = found[: self._size - 1]",
        "tests/unit/test_gallery_pager.py::test_a_page_by_number_is_a_slice",
    ),
    Mutant(
        "a page knows whether there is a next one",
        "genonaut/api/gallery/pager.py",
        "after=len(found) > self._size, offset=offset",
        "after=len(found) >= self._size, offset=offset",
        "tests/unit/test_gallery_pager.py::test_a_page_by_number_is_a_slice",
    ),
    Mutant(
        "a page is walked to from the nearer end",
        "genonaut/api/gallery/pager.py",
        "offset <= total.count // 2",
        "offset <= total.count",
        "tests/unit/test_gallery_pager.py::test_no_page_is_walked_to_through_more_than_half_of_the_list",
    ),
    Mutant(
        "a page before a cursor is in order",
        "genonaut/api/gallery/pager.py",
        "self._placed(items[::-1], more",
        "self._placed(items, more",
        "tests/unit/test_gallery_pager.py::test_forward_to_the_end_and_back",
    ),
    Mutant(
        "a changed cursor is refused",
        "genonaut/api/gallery/cursors.py",
        "good = write(cursor, query) == text",
        "good = True",
        "tests/unit/test_gallery_cursors.py::test_every_changed_character_is_noticed",
    ),
    Mutant(
        "a cursor belongs to the viewer's list",
        "genonaut/api/gallery/cursors.py",
        "str(query.user_id),",
        '"",',
        "tests/unit/test_gallery_cursors.py::test_a_cursor_of_another_list_is_refused",
    ),
    Mutant(
        "a cursor belongs to its tags",
        "genonaut/api/gallery/cursors.py",
        "sorted(set(query.tags)),",
        "[],",
        "tests/unit/test_gallery_cursors.py::test_a_cursor_of_another_list_is_refused",
    ),
    Mutant(
        "a request id that is not plain is replaced",
        "genonaut/api/http/ids.py",
        "_SANE.fullmatch(given)",
        "_SANE.match(given)",
        "tests/integration/test_api_errors.py::test_a_sane_request_id_is_kept_and_another_is_replaced",
    ),
    Mutant(
        "every response has nosniff",
        "genonaut/api/http/ids.py",
        'b"nosniff"',
        'b"sniff"',
        "tests/integration/test_api_errors.py::test_every_response_has_our_headers",
    ),
    Mutant(
        "no path becomes a label of a metric",
        "genonaut/api/http/metrics.py",
        'return f"{mounted}/{{path}}" if mounted else UNMATCHED',
        'return str(scope["path"])',
        "tests/unit/test_request_metrics.py::test_no_path_becomes_a_label",
    ),
    Mutant(
        "a request without a response is counted",
        "genonaut/api/http/metrics.py",
        "status or NO_RESPONSE",
        "status or 200",
        "tests/unit/test_request_metrics.py::test_a_request_that_ends_without_a_response_is_counted",
    ),
    Mutant(
        "metadata that is too deep is refused",
        "genonaut/content/rules.py",
        "if depth > DEEPEST:",
        "if depth > 10 * DEEPEST:",
        "tests/unit/test_ingest_rows.py::test_what_is_refused_and_why",
    ),
    Mutant(
        "a cache that was never built settles nothing",
        "genonaut/db/gen_source_counts.py",
        "if reading.verified_at is None:",
        "if False:",
        "tests/unit/test_gen_source_counts.py::test_a_cache_that_was_never_built_settles_nothing",
    ),
    Mutant(
        "a long ledger is folded",
        "genonaut/db/gen_source_counts.py",
        "reading.ledger_rows > self.fold_after_rows",
        "reading.ledger_rows > 2 * self.fold_after_rows",
        "tests/unit/test_gen_source_counts.py::test_a_fold_is_due_when_the_ledger_is_longer_than_the_limit",
    ),
    Mutant(
        "the others' items are all but the viewer's own",
        "genonaut/api/gallery/filters.py",
        "return community - own",
        "return community",
        "tests/integration/test_gallery_pages.py::test_the_total_is_the_arithmetic_of_the_stats",
    ),
)
