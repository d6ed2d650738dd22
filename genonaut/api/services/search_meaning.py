"""Parts of what a search means: texts, settings, dates, kinds, creators and tags, looked up.

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
from genonaut.api.gallery.searching.language import Field, FieldName, Text
from genonaut.api.gallery.searching.patterns import Spelled, quoted, together
from genonaut.api.gallery.searching.sought import NOTHING_SOUGHT, Sought
from genonaut.api.gallery.searching.values import beginning_of
from genonaut.api.repositories.search_repository import SearchRepository
from genonaut.db.schema import AUTO, PRIVATE, PUBLIC, REGULAR, SourceType, Visibility

_SETTINGS: Final[tuple[FieldName, ...]] = ("model", "lora", "sampler", "seed", "size", "has")
_SOURCES: Final[Mapping[str, SourceType]] = {"regular": REGULAR, "auto": AUTO}
_VISIBILITIES: Final[Mapping[str, Visibility]] = {"private": PRIVATE, "public": PUBLIC}


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


def with_texts(texts: Iterable[Spelled]) -> Sought:
    """The words and phrases, as the indexes and the lines of items have them."""
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


def settings_of(names: SearchRepository, fields: Iterable[Field]) -> Iterator[str]:
    """How an item was made, as the index of settings has it."""
    about = [one for one in fields if one.name in _SETTINGS]
    folded = names.names([one.value for one in about])
    for one, name in zip(about, folded, strict=True):
        yield "!" * one.excluded + quoted(f"{one.name}:{name}") + ":*" * one.open_end


def with_dates(sought: Sought, fields: Iterable[Field]) -> Sought:
    """`after:` has its day, and `before:` has not: so each is what the other leaves out."""
    since: list[datetime] = []
    until: list[datetime] = []
    for one in fields:
        if one.name in {"before", "after"}:
            begins = (one.name == "after") != one.excluded
            (since if begins else until).append(beginning_of(one.value))
    return replace(sought, since=max(since, default=None), until=min(until, default=None))


def with_kinds(_names: SearchRepository, meant: Meant, fields: Iterable[Field]) -> Meant:
    """`is:`, by which sources are left out, and items of one visibility are sought."""
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


def with_creators(names: SearchRepository, meant: Meant, fields: Iterable[Field]) -> Meant:
    """`by:`; one creator alone is the list's own filter."""
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


def with_tags(names: SearchRepository, meant: Meant, fields: Iterable[Field]) -> Meant:
    """`tag:`; those that all are needed are the list's own filter."""
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
