"""What a search means: its words as the database spells them, the users and tags that it names."""

from dataclasses import replace
from typing import Final

from genonaut.api.gallery.query import GalleryQuery
from genonaut.api.gallery.searching.language import LONGEST_SEARCH, Mistake, Search, SearchError
from genonaut.api.gallery.searching.parser import parse, write
from genonaut.api.gallery.searching.patterns import together
from genonaut.api.repositories.search_repository import SearchRepository
from genonaut.api.services.search_meaning import (
    Meant,
    settings_of,
    with_creators,
    with_dates,
    with_kinds,
    with_tags,
    with_texts,
)
from genonaut.db.gen_source_counts import ViewerCounts
from genonaut.errors import InvalidRequestError

MOST_SCANNED: Final = 50_000
"""Items whose text is looked at for a part of a word, where no index has the parts."""
_NO_PARTS: Final = (
    "the ends and middles of words are found in galleries of more than "
    f"{MOST_SCANNED:,} items only where PostgreSQL has the extension pg_trgm, and here it has not; "
    "write the beginning of the word, as in light*, or ask the operator to add it"
)


def read_search(text: str) -> Search:
    """What a search says.

    Raises:
        InvalidRequestError: it has mistakes, which its cause has.
    """
    try:
        return parse(text)
    except SearchError as error:  # the API has said so already; this is for the pages
        raise InvalidRequestError(f"The search has a mistake. {error}.") from error


def understand(names: SearchRepository, query: GalleryQuery) -> Meant:
    """What the search of a query means.

    Raises:
        InvalidRequestError: it has mistakes, which its cause has.
    """
    search = read_search(query.search)
    if not query.search.strip():
        return Meant(query)
    texts = [each for each in names.spelled(search.texts) if each.words]
    if not texts and not search.fields:
        return Meant(query, impossible=True)
    sought = with_texts(texts)
    sought = replace(sought, settings=together(settings_of(names, search.fields)))
    sought = with_dates(sought, search.fields)
    parts = tuple(each.text for each in texts if each.pattern in sought.parts)
    meant = Meant(query, sought, parts=parts)
    for add in (with_kinds, with_creators, with_tags):
        meant = add(names, meant, search.fields)
    return meant


def halves(query: GalleryQuery) -> tuple[GalleryQuery, ...]:
    """A query without the one thing that it leaves out, and with that instead.

    What is in the first and not in the second is in the query's own list. Nothing if it leaves out
    nothing, or more than one thing.
    """
    terms = read_search(query.search).terms
    excluded = [term for term in terms if term.excluded]
    if len(excluded) != 1:
        return ()
    rest = tuple(term for term in terms if not term.excluded)
    opposite = (*rest, replace(excluded[0], excluded=False))
    written = [write(Search(half)) for half in (rest, opposite)]
    if max(map(len, written)) > LONGEST_SEARCH:  # quotes were added
        return ()
    return tuple(replace(query, search=half) for half in written)


def require_parts(names: SearchRepository, meant: Meant, counts: ViewerCounts | None) -> None:
    """Look for parts of words only where an index has them, or in few items.

    Raises:
        InvalidRequestError: there is no such index, and there are too many items.
    """
    if not meant.parts or meant.impossible or names.has_index_of_parts():
        return
    if counts is not None and _community(counts) <= MOST_SCANNED:
        return
    mistakes = [Mistake(_NO_PARTS, part.place) for part in meant.parts]
    error = SearchError(meant.query.search, mistakes)
    raise InvalidRequestError(f"This cannot be searched for here. {error}.") from error


def _community(counts: ViewerCounts) -> int:
    return counts.community_regular_count + counts.community_auto_count
