"""The tags of a query: which there are, how many items carry each, and so which one leads."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from genonaut.api.gallery.query import GalleryQuery
from genonaut.api.repositories.gallery_repository import GalleryRepository
from genonaut.content.ids import as_uuid
from genonaut.content.tag_names import folded
from genonaut.content.viewer import Viewer
from genonaut.db.schema import SourceType

# Items; looking at so many for other tags takes some milliseconds.
_RARE = 10_000


@dataclass(frozen=True, slots=True)
class ResolvedTags:
    """The ids of the tags that exist, the rarest first, and how many items carry each.

    Those numbers are about both source types or one of them, as the switches say. They are not
    known (`cardinalities` is None) as long as the counts were never built.
    """

    ids: tuple[UUID, ...] = ()
    cardinalities: tuple[int, ...] | None = ()
    impossible: bool = False

    @property
    def lead_is_rare(self) -> bool:
        """Whether the first tag is known to be on few items."""
        return any(count <= _RARE for count in (self.cardinalities or ())[:1])

    def upper_bound(self, query: GalleryQuery) -> int | None:
        """A number that the items with these tags cannot exceed, if that is known."""
        if not self.cardinalities:
            return None
        return sum(self.cardinalities) if query.tag_match == "any" else min(self.cardinalities)


def resolve_tags(
    gallery: GalleryRepository,
    viewer: Viewer,
    query: GalleryQuery,
    source_types: Collection[SourceType],
) -> ResolvedTags:
    """Look the tags of a query up, by name or by id.

    It is impossible to match if `all` are asked for and one is unknown, or if none is known at all.
    One that only private items of others carry is on no items, as the viewer is told.
    """
    names = {name for written in query.tags if (name := folded(written))}
    if not names:
        return ResolvedTags()
    ids = {name: found for name in names if (found := as_uuid(name))}
    known = gallery.tags_named(names, ids.values())
    missing = [name for name in names if name not in known.values() and ids.get(name) not in known]
    if not known or (missing and query.tag_match == "all"):
        return ResolvedTags(impossible=True)
    return _rarest_first(gallery, viewer, sorted(known), source_types)


def _rarest_first(
    gallery: GalleryRepository,
    viewer: Viewer,
    tags: Collection[UUID],
    source_types: Collection[SourceType],
) -> ResolvedTags:
    reading = gallery.read_tag_cardinalities(viewer, tags)
    if reading.verified_at is None:
        return ResolvedTags(tuple(tags), None)
    counted = sorted(
        (sum(reading.counts[tag, source_type] for source_type in source_types), tag) for tag in tags
    )
    return ResolvedTags(tuple(tag for _, tag in counted), tuple(count for count, _ in counted))
