"""Promises about favourites, albums and secret links."""

from typing import Final

from tests.mutants.mutant import Mutant

FAVOURITES: Final = "tests/integration/people/test_favourites.py"
SHARED: Final = "tests/integration/people/test_shared_albums.py"

MUTANTS: Final = (
    Mutant(
        "a favourite of what another user hides is in no list and no number",
        "genonaut/content/bookmark_kinds.py",
        'return eyes == "all" or self.visibility == PUBLIC or (eyes == "owner" and self.is_own)',
        'return eyes != "others" or self.visibility == PUBLIC',
        f"{FAVOURITES}::test_what_another_user_hides_is_gone_at_that_commit_and_comes_back",
    ),
    Mutant(
        "of a public album others see what is public",
        "genonaut/content/bookmark_kinds.py",
        'return "owner" if viewer.user_id == owner else "others"',
        'return "owner"',
        f"{FAVOURITES}::test_of_a_public_album_others_see_what_is_public_and_no_note",
    ),
    Mutant(
        "a note is shown with its favourite only",
        "genonaut/api/services/album_service.py",
        "return favourite if favourite.is_public else replace(favourite, note=None)",
        "return favourite",
        f"{FAVOURITES}::test_of_a_public_album_others_see_what_is_public_and_no_note",
    ),
    Mutant(
        "an administrators link shows no more than a users",
        "genonaut/api/services/sharing_service.py",
        "found = self._albums.items(Viewer(owner), shared.album.id, query)",
        "found = self._albums.items(Viewer(owner, sees_all=True), shared.album.id, query)",
        f"{SHARED}::test_an_administrators_link_shows_no_more_than_a_users",
    ),
    Mutant(
        "a title that is made of the prompt is not shown without it",
        "genonaut/api/bookmarks/concealing.py",
        "title = UNTITLED if tells(item.title, item) else item.title",
        "title = item.title",
        f"{SHARED}::test_without_prompts_no_field_tells_one",
    ),
    Mutant(
        "a secret link is in no log",
        "genonaut/api/http/ids.py",
        'return _SECRET.sub(rb"\\1(hidden)", raw).decode("latin-1")',
        'return raw.decode("latin-1")',
        "tests/unit/test_request_log.py::test_a_secret_link_is_not_logged",
    ),
    Mutant(
        "an album is never in itself",
        "genonaut/api/services/album_service.py",
        "if album_id in above:",
        "if album_id == parent_id:",
        "tests/integration/test_api_albums.py::test_an_album_is_never_in_itself_and_not_too_deep",
    ),
    Mutant(
        "the number of a shelf is that of what it lists",
        "genonaut/api/services/gallery_shelves.py",
        "wanted = Wanted(shelf.eyes, is_own=is_own, sources=[source_type])",
        "wanted = Wanted(shelf.eyes, sources=[source_type])",
        "tests/integration/test_gallery_shelves.py"
        "::test_every_combination_of_switches_lists_them_and_knows_how_many[favourites]",
    ),
)
