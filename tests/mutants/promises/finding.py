"""Promises of docs/gallery.md and docs/duplicates.md: ratings, and pictures that look alike."""

from typing import Final

from tests.mutants.mutant import Mutant

MUTANTS: Final = (
    Mutant(
        "a list by ratings has what is not rated",
        "genonaut/api/repositories/gallery_rated.py",
        "        yield _unrated(form, source_type)\n",
        "",
        "tests/integration/test_rating_orders.py::test_every_list_is_a_plain_sort",
    ),
    Mutant(
        "what is not rated is at the end of both directions",
        "genonaut/api/gallery/orders.py",
        'BELOW_ALL if query.sort_order == "desc" else ABOVE_ALL',
        "BELOW_ALL",
        "tests/integration/test_rating_orders.py::test_every_list_is_a_plain_sort",
    ),
    Mutant(
        "no user rates what is private to another",
        "genonaut/api/repositories/sql/ratings.sql",
        "AND users.id = :user_id\n  AND (:sees_all OR item.visibility = 'public'",
        "AND users.id = :user_id\n  AND (:sees_all OR true",
        "tests/integration/test_ratings_api.py::"
        "test_the_statement_itself_rates_no_private_item_of_another",
    ),
    Mutant(
        "an edit is not refused because of a rating",
        "genonaut/api/http/etags.py",
        "model_dump_json(exclude=_RATINGS)",
        "model_dump_json()",
        "tests/integration/test_ratings_api.py"
        "::test_an_etag_says_what_it_is_rated_and_lets_edits_through",
    ),
    Mutant(
        "no other user's private picture is alike",
        "genonaut/api/repositories/sql/duplicates.sql",
        "(:sees_all OR other.visibility = 'public'",
        "(:sees_all OR true",
        "tests/integration/test_duplicates.py"
        "::test_what_is_private_is_alike_only_for_those_who_see_it",
    ),
    Mutant(
        "all pairs within three bits are found",
        "genonaut/api/repositories/sql/duplicates.sql",
        "\n          AND likeness_distance(hashes.likeness, looks.likeness) <= :bits",
        "\n          AND likeness_distance(hashes.likeness, looks.likeness) < :bits",
        "tests/integration/test_alike_bound.py::test_every_pair_within_the_bound_is_found",
    ),
)
