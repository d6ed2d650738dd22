"""Promises of docs/gallery.md: the pages, and what browsers may do with them."""

from typing import Final

from tests.mutants.mutant import Mutant

MUTANTS: Final = (
    Mutant(
        "no page is framed",
        "genonaut/web/security.py",
        "base-uri 'none'; frame-ancestors 'none'",
        "base-uri 'none'; frame-ancestors *",
        "tests/integration/pages/test_answers.py::test_a_strict_policy",
    ),
    Mutant(
        "no page is shown again from a cache",
        "genonaut/web/security.py",
        '"private, no-cache"',
        '"private, max-age=60"',
        "tests/integration/pages/test_answers.py::test_a_strict_policy",
    ),
    Mutant(
        "no page of a signed-in user is kept",
        "genonaut/web/rendering.py",
        "context.viewer.name is not None",
        "False",
        "tests/integration/people/test_pages_account.py::test_no_page_of_a_user_is_kept",
    ),
    Mutant(
        "no other site measures what a user sees",
        "genonaut/api/http/compression.py",
        "accepts_gzip(request) and not _could_be_measured(request)",
        "accepts_gzip(request)",
        "tests/integration/test_compression.py::test_no_other_site_can_measure_what_a_user_sees",
    ),
    Mutant(
        "an ETag is of one representation",
        "genonaut/api/http/compression.py",
        """tag.removesuffix('"') + _ENCODED\n""",
        "tag\n",
        "tests/integration/test_compression.py::"
        "test_an_etag_is_of_what_was_sent_and_good_for_every_condition",
    ),
    Mutant(
        "no script is inline",
        "genonaut/web/security.py",
        "script-src 'self'",
        "script-src 'self' 'unsafe-inline'",
        "tests/integration/pages/test_answers.py::test_a_strict_policy",
    ),
    Mutant(
        "a form leads to our own pages only",
        "genonaut/web/security.py",
        "if parts.scheme or parts.netloc or not _OUR",
        "if not _OUR",
        "tests/unit/test_web_state.py::test_a_form_leads_to_our_own_pages_only",
    ),
    Mutant(
        "no script reads the viewer's cookie",
        "genonaut/web/viewer.py",
        'path="/gallery", secure=secure, httponly=True\n        )',
        'path="/gallery", secure=secure\n        )',
        "tests/integration/pages/test_forms.py::test_the_cookie_of_the_viewer",
    ),
    Mutant(
        "a viewer is chosen only where it is allowed",
        "genonaut/api/http/viewer.py",
        "if not can_choose_viewer(request.app.state.settings):",
        "if False:",
        "tests/integration/pages/test_forms.py::test_no_viewer_can_be_chosen_where_it_is_switched_off",
    ),
    Mutant(
        "no NUL of an address reaches the database",
        "genonaut/web/state.py",
        'given.replace("\\0", "")',
        "given",
        "tests/unit/test_web_state.py::test_nul_reaches_nothing",
    ),
    Mutant(
        "an address has only what differs from the default",
        "genonaut/web/state.py",
        '"view": self.view if self.view != first.view else ""',
        '"view": self.view',
        "tests/unit/test_web_state.py::test_the_beginning_has_no_parameters",
    ),
    Mutant(
        "an unknown page size is left out",
        "genonaut/web/state.py",
        "size=size if size in SIZES else first.size",
        "size=size or first.size",
        "tests/unit/test_web_state.py::test_what_makes_no_sense_is_left_out",
    ),
    Mutant(
        "what users wrote is escaped",
        "genonaut/web/rendering.py",
        "autoescape=True",
        "autoescape=False",
        "tests/unit/test_web_templates.py::test_what_is_put_in_is_escaped",
    ),
    Mutant(
        "a picture shared without prompts has none in its last bits",
        "genonaut/library/clean.py",
        "_with_plain_alpha(made[width])",
        "made[width]",
        "tests/unit/test_clean_copies.py::test_nothing_is_left_in_the_last_bits",
    ),
    Mutant(
        "an original is shared with prompts only",
        "genonaut/web/albums/routes_shared.py",
        "if not page.shared.with_prompts:",
        "if False:",
        "tests/integration/pages/test_shared.py::test_without_prompts_none_of_it_is_told",
    ),
)
