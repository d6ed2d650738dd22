"""The page of the gallery's growth."""

from collections.abc import Sequence
from typing import Final

from genonaut.api.repositories.growth_repository import Creator
from genonaut.web.chart import draw_chart
from genonaut.web.contexts import Bar, StatsContext, Viewer
from genonaut.web.page_services import PageServices
from genonaut.web.state import GalleryState
from genonaut.web.views.parts import tags_of

TAGS_SHOWN: Final = 100


def stats_context(services: PageServices, viewer: Viewer) -> StatsContext:
    """Everything on the page, of one moment. Nothing is counted for it."""
    refreshes = tuple(services.growth.refreshes())
    return StatsContext(
        title="Growth, and whether to trust it",
        viewer=viewer,
        counts=services.content.counts(viewer.user_id),
        chart=draw_chart(services.growth.totals()),
        refreshes=refreshes,
        proof=next((refresh for refresh in refreshes if refresh.outcome != "failed"), None),
        bars=tuple(_bars(services.growth.largest_creators())),
        tags=tags_of(services, GalleryState(), TAGS_SHOWN),
    )


def _bars(creators: Sequence[Creator]) -> list[Bar]:
    most = max((creator.both for creator in creators), default=1)
    return [Bar(creator, creator.both / most) for creator in creators]
