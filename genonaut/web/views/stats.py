"""The page of numbers."""

from collections.abc import Sequence
from typing import Final

from genonaut.api.repositories.growth_repository import Creator, GrowthPoint
from genonaut.content.viewer import VISITOR
from genonaut.db.gen_source_counts import ViewerCounts
from genonaut.web.chart import draw_chart
from genonaut.web.contexts import Bar, StatsContext
from genonaut.web.page_view import PageView
from genonaut.web.views.live import live_of_page
from genonaut.web.views.over_time import over_time
from genonaut.web.views.parts import tag_links

TAGS_SHOWN: Final = 100
TAGS_AT_ONCE: Final = 30


def stats_context(view: PageView) -> StatsContext:
    """Everything on the page, of one moment. Nothing is counted for it."""
    growth = view.services.growth
    counts = view.services.content.counts(view.eyes, view.viewer.user_id)
    refreshes = tuple(growth.refreshes())
    return StatsContext(
        title="The gallery in numbers",
        viewer=view.viewer,
        counts=counts,
        chart=draw_chart(_until_now(growth.totals(view.eyes), counts)),
        refreshes=refreshes,
        proof=next((refresh for refresh in refreshes if refresh.outcome != "failed"), None),
        bars=tuple(_bars(growth.largest_creators(view.eyes))),
        tags=tag_links(view, TAGS_SHOWN),
        tags_at_once=TAGS_AT_ONCE,
        own_private=_own_private(view, counts),
        over_time=over_time(view),
        live=live_of_page(view, counts),
    )


def _own_private(view: PageView, counts: ViewerCounts) -> int:
    """How many of these items are private ones of the viewer: refreshes record what is public."""
    if view.eyes.sees_all or view.eyes.user_id is None:
        return 0
    public = view.services.content.counts(VISITOR)
    return _whole(counts) - _whole(public)


def _whole(counts: ViewerCounts) -> int:
    return counts.community_regular_count + counts.community_auto_count


def _until_now(totals: Sequence[GrowthPoint], counts: ViewerCounts) -> list[GrowthPoint]:
    """What refreshes found, and what there is now; what a wrong clock recorded is left out."""
    now = GrowthPoint(counts.as_of, counts.community_regular_count, counts.community_auto_count)
    before = sorted((total for total in totals if total.at < now.at), key=lambda one: one.at)
    return [*before, now] if before or now.regular or now.auto else []


def _bars(creators: Sequence[Creator]) -> list[Bar]:
    most = max((creator.both for creator in creators), default=1)
    return [Bar(creator, creator.both / most) for creator in creators]
