"""Items by month, and by what they were made with. Nothing is counted for it."""

from collections.abc import Iterator
from typing import Final, Literal

from genonaut.api.gallery.facets import MOST_VALUES, FacetName, FacetQuery, FacetValue
from genonaut.web.month_chart import Listed, Month, draw_months
from genonaut.web.over_time import ByMonth, OverTime, Ranked
from genonaut.web.page_view import PageView
from genonaut.web.state import SWITCHES, GalleryState
from genonaut.web.views.facets import month_name

RANKED: Final = 12
Source = Literal["both", "g", "ag"]
_SOURCES: Final[tuple[Source, ...]] = ("both", "g", "ag")
"""As the keys of the switches end; `both` are all."""


def over_time(view: PageView) -> OverTime:
    """Everything of it, for the viewer's eyes."""
    return OverTime(
        all=_by_month(view, own=False),
        own=_by_month(view, own=True) if view.viewer.user_id else ByMonth(),
        models=_ranked(view, "model"),
        samplers=_ranked(view, "sampler"),
    )


def _by_month(view: PageView, *, own: bool) -> ByMonth:
    def listed(source: Source, month: str) -> Listed:
        return _listed(found[source].get(month), _list_of(source, own=own, month=month))

    found = {source: _found(view, _list_of(source, own=own), "month") for source in _SOURCES}
    months = tuple(
        Month(
            month,
            month_name(month),
            regular=listed("g", month),
            auto=listed("ag", month),
            both=listed("both", month),
        )
        for month in found["both"]
    )
    return ByMonth(months, draw_months(months))


def _ranked(view: PageView, facet: Literal["model", "sampler"]) -> tuple[Ranked, ...]:
    """The values that most items have."""
    found = [*_found(view, GalleryState(), facet, RANKED).values()]
    most = max((one.count for one in found), default=1)
    return tuple(
        Ranked(one.name, _listed(one, GalleryState().but(**{facet: one.value})), one.count / most)
        for one in found
    )


def _list_of(source: Source, *, own: bool, month: str = "") -> GalleryState:
    return GalleryState(month=month, off=frozenset(_off(source, own=own)))


def _off(source: Source, *, own: bool) -> Iterator[str]:
    """The switches that are off in a list of one source, or of the viewer's own."""
    for switch in SWITCHES:
        _, _, how = switch.key.partition("-")
        if source not in (how, "both") or (own and not switch.is_own):
            yield switch.key


def _found(
    view: PageView, state: GalleryState, facet: FacetName, limit: int = MOST_VALUES
) -> dict[str, FacetValue]:
    query = state.query(view.viewer.user_id)
    found = view.services.gallery.facets(view.eyes, query, FacetQuery((facet,), limit))
    return {one.value: one for one in found.of(facet)}


def _listed(value: FacetValue | None, state: GalleryState) -> Listed:
    return Listed(value.count, state.url(), value.exact) if value else Listed(0, state.url())
