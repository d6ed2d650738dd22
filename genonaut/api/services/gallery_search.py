"""What a search means: its words as the database spells them, the users and tags that it names.

What a list knows by itself is given to it: one creator, tags that all are needed, a source. So
their numbers come from the counts, and their pages from the indexes of the lists.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from genonaut.api.gallery.filters import Scopes
from genonaut.api.gallery.query import GalleryQuery
from genonaut.api.gallery.searching.language import (
    Field,
    FieldName,
    Mistake,
    Search,
    SearchError,
    Text,
)
from genonaut.api.gallery.searching.parser import parse, write
from genonaut.api.gallery.searching.patterns import Spelled, quoted, together
from genonaut.api.gallery.searching.sought import NOTHING_SOUGHT, Sought
from genonaut.api.gallery.searching.values import beginning_of
from genonaut.api.repositories.search_repository import SearchRepository
from genonaut.db.gen_source_counts import ViewerCounts
from genonaut.db.schema import AUTO, PRIVATE, PUBLIC, REGULAR, SourceType, Visibility
from genonaut.errors import InvalidRequestError

MOST_SCANNED: Final = 50_000
"""Items whose text is looked at for a part of a word, where no index has the parts."""
_SETTINGS: Final[tuple[FieldName, ...]] = ("model", "lora", "sampler", "seed", "size", "has")
_SOURCES: Final[Mapping[str, SourceType]] = {"regular": REGULAR, "auto": AUTO}
_VISIBILITIES: Final[Mapping[str, Visibility]] = {"private": PRIVATE, "public": PUBLIC}
_NO_PARTS: Final = (
    "the ends and middles of words are found in galleries of more than "
    f"{MOST_SCANNED:,} items only where PostgreSQL has the extension pg_trgm, and here it has not; "
    "write the beginning of the word, as in light*, or ask the operator to add it"
)


@dataclass(frozen=True, slots=True)
class Meant:
    """What a query means: itself with what the lists know on their own, and what else is sought.

    It is `impossible` if nothing can match. Only items of the `sources` match.
    """

    query: GalleryQuery
    sought: Sought = NOTHING_SOUGHT
    sources: frozenset[SourceType] = frozenset({REGULAR, AUTO})
    impossible: bool = False
    parts: tuple[Text, ...] = field(default=(), repr=False)

    def within(self, scopes: Scopes) -> Scopes:
        """The scopes of what can match."""
        if self.impossible:
            return {}
        return {one: scope for one, scope in scopes.items() if one in self.sources}


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
    sought = _with_texts(texts)
    sought = replace(sought, settings=together(_settings(names, search.fields)))
    sought = _with_dates(sought, search.fields)
    parts = tuple(each.text for each in texts if each.pattern in sought.parts)
    meant = Meant(query, sought, parts=parts)
    for add in (_with_kinds, _with_creators, _with_tags):
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
    return tuple(replace(query, search=write(Search(half))) for half in (rest, opposite))


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


def _with_texts(texts: Iterable[Spelled]) -> Sought:
    wanted = [each for each in texts if not each.text.excluded]
    without = dict.fromkeys(each.pattern for each in texts if each.text.excluded)
    return Sought(
        terms=together(term for each in wanted for term in each.terms()),
        lines=tuple(dict.fromkeys(each.pattern for each in wanted)),
        checked=tuple(
            dict.fromkeys(
                each.pattern
                for each in wanted
                if any(each.terms()) and not each.is_decided_by_terms
            )
        ),
        parts=tuple(dict.fromkeys(each.pattern for each in wanted if not any(each.terms()))),
        without=tuple(without),
    )


def _settings(names: SearchRepository, fields: Iterable[Field]) -> Iterator[str]:
    about = [one for one in fields if one.name in _SETTINGS]
    folded = names.names([one.value for one in about])
    for one, name in zip(about, folded, strict=True):
        yield "!" * one.excluded + quoted(f"{one.name}:{name}") + ":*" * one.open_end


def _with_dates(sought: Sought, fields: Iterable[Field]) -> Sought:
    """`after:` has its day, and `before:` has not: so each is what the other leaves out."""
    since: list[datetime] = []
    until: list[datetime] = []
    for one in fields:
        if one.name in {"before", "after"}:
            begins = (one.name == "after") != one.excluded
            (since if begins else until).append(beginning_of(one.value))
    return replace(sought, since=max(since, default=None), until=min(until, default=None))


def _with_kinds(_names: SearchRepository, meant: Meant, fields: Iterable[Field]) -> Meant:
    sources = meant.sources
    visible: set[Visibility] = {PRIVATE, PUBLIC}
    for one in fields:
        if one.name != "is":
            continue
        if one.value in _SOURCES:
            named = {_SOURCES[one.value]}
            sources = sources - named if one.excluded else sources & named
        else:
            seen = {_VISIBILITIES[one.value]}
            visible = visible - seen if one.excluded else visible & seen
    only = next(iter(visible)) if len(visible) == 1 else None
    return replace(
        meant,
        sources=sources,
        sought=replace(meant.sought, visibility=only),
        impossible=meant.impossible or not visible or not sources,
    )


def _with_creators(names: SearchRepository, meant: Meant, fields: Iterable[Field]) -> Meant:
    wanted: set[UUID] | None = {meant.query.creator} if meant.query.creator else None
    not_by: list[UUID] = []
    for one in fields:
        if one.name != "by":
            continue
        found = names.users(one.value)
        if one.excluded:
            not_by += found
        else:
            wanted = set(found) if wanted is None else wanted & set(found)
    meant = replace(meant, sought=replace(meant.sought, not_by=tuple(not_by)))
    if wanted is None:
        return meant
    if len(wanted) != 1:
        by = tuple(sorted(wanted))
        return replace(
            meant, sought=replace(meant.sought, by=by), impossible=meant.impossible or not by
        )
    return replace(meant, query=replace(meant.query, creator=wanted.pop()))


def _with_tags(names: SearchRepository, meant: Meant, fields: Iterable[Field]) -> Meant:
    about = [(one, tuple(names.tags(one.value))) for one in fields if one.name == "tag"]
    groups = [tags for one, tags in about if not one.excluded]
    lacks = tuple(tag for one, tags in about if one.excluded for tag in tags)
    # Tags of which all are needed are looked for by the rarest, and one alone is counted.
    known = meant.query.tags if _needs_all(meant.query) else ()
    single: Sequence[str] = [str(tags[0]) for tags in groups if len(tags) == 1]
    if groups and _needs_all(meant.query):
        query = replace(meant.query, tags=(*known, *single), tag_match="all")
        meant = replace(meant, query=query)
        groups = [tags for tags in groups if len(tags) != 1]
    return replace(
        meant,
        sought=replace(meant.sought, carries=tuple(groups), lacks=lacks),
        impossible=meant.impossible or not all(groups),
    )


def _needs_all(query: GalleryQuery) -> bool:
    return query.tag_match == "all" or len(query.tags) <= 1
