"""The page of the gallery's growth."""

from typing import Final

from genonaut.web.chart import Total, draw_chart
from genonaut.web.contexts import Creator, Refresh, StatsContext, Viewer
from genonaut.web.page_services import PageServices
from genonaut.web.state import GalleryState
from genonaut.web.views.parts import tags_of

MOST_TAGS: Final = 100


def stats_context(services: PageServices, viewer: Viewer) -> StatsContext:
    """Everything on the page, of one moment. Nothing is counted for it."""
    refreshes = tuple(Refresh(**row._asdict()) for row in services.growth.refreshes())
    return StatsContext(
        title="Growth, and whether to trust it",
        viewer=viewer,
        counts=services.content.counts(viewer.user_id),
        chart=draw_chart(
            [Total(row.at, row.regular, row.auto) for row in services.growth.totals()]
        ),
        refreshes=refreshes,
        proof=next((refresh for refresh in refreshes if refresh.outcome != "failed"), None),
        creators=tuple(_creators(services)),
        tags=tags_of(services, GalleryState(), MOST_TAGS),
    )


def _creators(services: PageServices) -> list[Creator]:
    rows = services.growth.largest_creators()
    most = max((row.regular + row.auto for row in rows), default=1)
    return [
        Creator(row.name, row.regular, row.auto, (row.regular + row.auto) / most) for row in rows
    ]
