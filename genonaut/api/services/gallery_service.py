"""The gallery: the decisions."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.orm import Session

from genonaut.api.entities import Item
from genonaut.api.gallery import cursors
from genonaut.api.gallery.cursors import END, Cursor
from genonaut.api.gallery.facets import FacetQuery, Facets
from genonaut.api.gallery.filters import Filters, scopes
from genonaut.api.gallery.orders import Order, order_of
from genonaut.api.gallery.pager import NONE, Pager, Total, Window
from genonaut.api.gallery.pagination import pagination, write_place
from genonaut.api.gallery.query import BY_RATING, GalleryPage, GalleryQuery, Neighbours
from genonaut.api.repositories.gallery_repository import GalleryRepository
from genonaut.api.repositories.rating_repository import RatingRepository
from genonaut.api.repositories.search_repository import SearchRepository
from genonaut.api.repositories.tag_repository import TagRepository
from genonaut.api.services.content_service import ContentService
from genonaut.api.services.facet_service import FacetedList, FacetService
from genonaut.api.services.gallery_depth import require_near
from genonaut.api.services.gallery_search import halves, require_parts, understand
from genonaut.api.services.gallery_shelves import resolve_shelves
from genonaut.api.services.gallery_tags import resolve_tags
from genonaut.api.services.gallery_totals import Estimate
from genonaut.api.services.search_meaning import Meant
from genonaut.config import GallerySettings
from genonaut.content.viewer import Viewer
from genonaut.db.gen_source_counts import DEFAULT_POLICY, CountsPolicy, ViewerCounts
from genonaut.errors import DatabaseTimeoutError


@dataclass(frozen=True, slots=True)
class _MatchingItems:
    """The items that match, as the pager reads them."""

    gallery: GalleryRepository
    filters: Filters
    collect: bool
    with_metadata: bool

    def items(self, order: Order, window: Window) -> Sequence[Item]:
        if not self.filters.scopes:
            return []
        return self.gallery.items(
            self.filters,
            order,
            window,
            collect=self.collect,
            with_metadata=self.with_metadata,
        )

    def any_item(self, order: Order, window: Window) -> bool:
        if not self.filters.scopes:
            return False
        return self.gallery.any_item(self.filters, order, window, collect=self.collect)


class GalleryService:
    """Pages of the gallery, with totals.

    The session should be a snapshot (`Database.snapshot`), so that items, totals and counts are
    of the same moment.
    """

    def __init__(
        self,
        session: Session,
        settings: GallerySettings,
        policy: CountsPolicy = DEFAULT_POLICY,
    ) -> None:
        self._session = session
        self._gallery = GalleryRepository(session)
        self._tags = TagRepository(session)
        self._names = SearchRepository(session)
        self._ratings = RatingRepository(session)
        self._content = ContentService(session, policy)
        self._count_timeout_seconds = settings.count_timeout_seconds
        self._facets = FacetService(session, settings.count_timeout_seconds)

    def page(self, viewer: Viewer, query: GalleryQuery) -> GalleryPage:
        """A page of the items that match and are for the viewer's eyes, in order.

        Raises:
            NotFoundError: there is no such album for the viewer's eyes.
            InvalidRequestError: the search has a mistake, or the page is too large or too far.
            InvalidCursorError: the cursor is damaged, or belongs to another list.
        """
        meant = understand(self._names, query)
        creator = meant.query.creator
        cursor = self._cursor(query)
        stats = self._counts(viewer, query.user_id) if query.include_stats or not creator else None
        counts = self._counts(viewer, creator) if creator else stats
        rows = query.page_size if cursor else query.offset + query.page_size
        matching, total = self._matching(viewer, meant, counts, rows)
        if cursor is None:
            require_near(self._session, query, total)
        listed = FacetedList(meant.query, matching.filters, counts, total, matching.collect)
        rater = viewer.rater(query.user_id)
        pager = Pager(matching, order_of(query, rater), query.page_size, total)
        found = pager.from_cursor(cursor) if cursor else pager.by_offset(query.offset)
        found = replace(found, items=self._ratings.with_ratings(found.items, rater))
        return GalleryPage(
            self._with_tags(found.items),
            pagination(query, found, total),
            stats if query.include_stats else None,
            counts if query.creator else None,
            self._facets.read(listed, FacetQuery()) if query.include_facets else None,
        )

    def facets(self, viewer: Viewer, query: GalleryQuery, asked: FacetQuery) -> Facets:
        """The values with which the list of a query can be narrowed.

        Raises:
            InvalidRequestError: the search has a mistake.
        """
        meant = understand(self._names, query)
        counts = self._counts(viewer, meant.query.creator or query.user_id)
        matching, total = self._matching(viewer, meant, counts, 1)
        listed = FacetedList(meant.query, matching.filters, counts, total, matching.collect)
        return self._facets.read(listed, asked)

    def filters(self, viewer: Viewer, query: GalleryQuery) -> Filters:
        """What a list lets through, with everything looked up: for what is done to all of it.

        By the same way as its pages, so that it is the same list.

        Raises:
            NotFoundError: there is no such album for the viewer's eyes.
            InvalidRequestError: the search has a mistake.
        """
        matching, _ = self._matching(viewer, understand(self._names, query), None, 1)
        return matching.filters

    def neighbours(self, viewer: Viewer, query: GalleryQuery, at: Item | str) -> Neighbours:
        """What is beside an item in the list, or beside a place that a page gave for it.

        Raises:
            InvalidRequestError: the search has a mistake.
            InvalidCursorError: the place is damaged, or belongs to another list.
        """
        meant = understand(self._names, query)
        place = at if isinstance(at, str) else write_place(at, query)
        position = cursors.read(place, query).position
        counts = self._counts(viewer, meant.query.creator or query.user_id)
        matching, _ = self._matching(viewer, meant, counts, 1)
        rater = viewer.rater(query.user_id)
        order, window = order_of(query, rater), Window(1, behind=position)
        before = matching.items(order.reversed(), window) if position else ()
        after = matching.items(order, window)
        return Neighbours(
            self._placed(before, query, rater), self._placed(after, query, rater), place
        )

    def _matching(
        self, viewer: Viewer, meant: Meant, counts: ViewerCounts | None, rows: int
    ) -> tuple[_MatchingItems, Total]:
        """The items that match, to be read as is best for so many `rows`, and their number."""
        require_parts(self._names, meant, counts)
        filters, upper_bound = self._filters(viewer, meant)
        shelved = resolve_shelves(self._session, viewer, meant.query, filters)
        filters = shelved.applied(filters)
        estimate = Estimate(
            filters,
            counts,
            shelved.bound(upper_bound),
            bound_is_exact=filters.only_one_shelf and shelved.is_exact,
            by_id=meant.query.sort_field in BY_RATING,
        )
        total = (
            estimate.total()
            or self._facets.known_total(filters)
            or self._difference(viewer, meant)
            or self._count(filters)
        )
        collect = estimate.should_collect(total, rows)
        if not filters.only_scopes and total == NONE:
            filters = replace(filters, scopes={})
        with_metadata = meant.query.include_metadata
        return _MatchingItems(self._gallery, filters, collect, with_metadata), total

    def _count(self, filters: Filters) -> Total:
        return self._gallery.count(filters, self._count_timeout_seconds)

    def _difference(self, viewer: Viewer, meant: Meant) -> Total | None:
        """What leaves one thing out, as the number of the rest minus that of those that have it.

        None unless that is quick: no index finds what does not have something.
        """
        if meant.query.favourites or meant.query.album:
            return None
        numbers: list[int] = []
        for half in halves(meant.query):
            other = understand(self._names, half)
            counts = self._counts(viewer, other.query.creator or other.query.user_id)
            filters, upper_bound = self._filters(viewer, other)
            total = Estimate(filters, counts, upper_bound).total()
            if total is None and numbers:
                total = self._count(filters)
            if total is None or not total.exact or (other.impossible and not numbers):
                return None
            numbers.append(total.count)
        return Total(numbers[0] - numbers[1], exact=True) if numbers else None

    def _cursor(self, query: GalleryQuery) -> Cursor | None:
        if not query.cursor:
            return END if query.backward else None
        cursor = cursors.read(query.cursor, query)
        if cursor.position is None or query.backward is None:
            return cursor
        return replace(cursor, backward=query.backward)

    def _counts(self, viewer: Viewer, user_id: UUID | None) -> ViewerCounts | None:
        # Counts that were never built are counted live. If that takes too long, pages go without.
        with suppress(DatabaseTimeoutError):
            return self._content.counts(viewer, user_id)
        return None

    def _filters(self, viewer: Viewer, meant: Meant) -> tuple[Filters, int | None]:
        query = meant.query
        chosen = meant.within(scopes(query))
        tags = resolve_tags(self._gallery, viewer, query, chosen)
        filters = Filters(
            scopes={} if tags.impossible else chosen,
            viewer=viewer,
            whose=query.creator or query.user_id,
            sought=meant.sought,
            tags=tags.ids,
            tag_match=query.tag_match,
            lead_is_rare=tags.lead_is_rare,
            model=query.model,
            seed=query.seed,
            sampler=query.sampler,
            loras=tuple(sorted(set(query.loras))),
            month=query.month,
        )
        return filters, tags.upper_bound(query)

    def _placed(
        self, items: Sequence[Item], query: GalleryQuery, rater: UUID | None
    ) -> Item | None:
        """The first of the items, with all that says where it is in the list."""
        if query.sort_field in BY_RATING:
            items = self._ratings.with_ratings(items, rater)
        return next(iter(items), None)

    def _with_tags(self, items: Sequence[Item]) -> list[Item]:
        return self._tags.with_tags(items)
