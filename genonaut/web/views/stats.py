"""The page of the gallery's growth."""

from collections.abc import Sequence
from typing import Final

from genonaut.api.repositories.growth_repository import Creator
from genonaut.web.chart import draw_chart
from genonaut.web.contexts import Bar, StatsContext
from genonaut.web.page_view import PageView
from genonaut.web.views.parts import tag_links

TAGS_SHOWN: Final = 100
TAGS_AT_ONCE: Final = 30


def stats_context(view: PageView) -> StatsContext:
    """Everything on the page, of one moment. Nothing is counted for it."""
    growth = view.services.growth
    refreshes = tuple(growth.refreshes())
    return StatsContext(
        title="The gallery in numbers",
        viewer=view.viewer,
        counts=view.services.content.counts(view.eyes, view.viewer.user_id),
        chart=draw_chart(growth.totals(view.eyes)),
        refreshes=refreshes,
        proof=next((refresh for refresh in refreshes if refresh.outcome != "failed"), None),
        bars=tuple(_bars(growth.largest_creators(view.eyes))),
        tags=tag_links(view, TAGS_SHOWN),
        tags_at_once=TAGS_AT_ONCE,
    )


def _bars(creators: Sequence[Creator]) -> list[Bar]:
    most = max((creator.both for creator in creators), default=1)
    return [Bar(creator, creator.both / most) for creator in creators]
