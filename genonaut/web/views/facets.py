"""The facets beside a list, and the page of one facet."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from genonaut.api.gallery.facets import (
    FACETS,
    MOST_VALUES,
    FacetName,
    FacetQuery,
    Facets,
    FacetValue,
)
from genonaut.api.gallery.query import MOST_LORAS
from genonaut.web.contexts import FacetContext
from genonaut.web.facet_contexts import FacetGroup, FacetLink, FacetPanel
from genonaut.web.page_view import PageView
from genonaut.web.state import GALLERY, SWITCHES, GalleryState
from genonaut.web.views.parts import tag_value

FIND: Final = "find"
_LONGEST_PART: Final = 200
_TITLES: Final[dict[FacetName, str]] = {
    "source": "Sources",
    "model": "Models",
    "lora": "LoRAs",
    "sampler": "Samplers",
    "month": "Months",
    "tag": "Tags",
    "creator": "Creators",
}


def facet_panel(facets: Facets | None, state: GalleryState, creator: str) -> FacetPanel:
    """All facets that a list can be narrowed by, and what it was narrowed by already."""
    if facets is None:
        return FacetPanel((), known=False)
    groups = (_group(facets, facet, state, creator) for facet in FACETS)
    return FacetPanel(tuple(group for group in groups if group.links), facets.known)


def facet_context(view: PageView, facet: FacetName) -> FacetContext:
    """The page of one facet."""
    find = view.parameters.get(FIND, "").replace("\0", "")[:_LONGEST_PART]
    state = view.state.but()
    query = state.query(view.viewer.user_id)
    asked = FacetQuery((facet,), MOST_VALUES, find)
    found = view.services.gallery.facets(view.eyes, query, asked)
    name = view.services.users.get(UUID(state.creator)).username if state.creator else ""
    return FacetContext(
        title=_TITLES[facet],
        viewer=view.viewer,
        state=state,
        group=_group(found, facet, state, name),
        known=found.known,
        find=find,
        kept=tuple(state.parameters()),
    )


def facet_page(facet: FacetName) -> str:
    """Where the page of a facet is, without its filters."""
    return f"{GALLERY}/facets/{facet}"


def _group(facets: Facets, facet: FacetName, state: GalleryState, creator: str) -> FacetGroup:
    chosen = tuple(_chosen(facet, state, creator))
    others = tuple(
        FacetLink(_shown(value), after.url(), value.count, value.exact)
        for value in facets.of(facet)
        if (after := _narrowed(state, value)) is not None
    )
    more = state.but().url(facet_page(facet)) if facet in facets.more else None
    return FacetGroup(facet, _TITLES[facet], (*chosen, *others), more)


def _chosen(facet: FacetName, state: GalleryState, creator: str) -> Iterator[FacetLink]:
    """What the list was narrowed by, each with a link to the list without it."""
    match facet:
        case "source" if len(state.off) == len(SWITCHES) - 1:
            [on] = (switch for switch in SWITCHES if switch.key not in state.off)
            yield _remove(on.label, state.but(off=frozenset()))
        case "model" | "sampler" if value := getattr(state, facet):
            yield _remove(value, state.but(**{facet: ""}))
        case "month" if state.month:
            yield _remove(month_name(state.month), state.but(month=""))
        case "lora":
            for lora in state.loras:
                others = tuple(other for other in state.loras if other != lora)
                yield _remove(lora, state.but(loras=others))
        case "tag":
            for tag in state.tags:
                others = tuple(other for other in state.tags if other != tag)
                yield _remove(tag, state.but(tags=others))
        case "creator" if state.creator:
            yield _remove(creator, state.but(creator=""))


def _remove(name: str, after: GalleryState) -> FacetLink:
    return FacetLink(name, after.url(), chosen=True)


def _narrowed(state: GalleryState, value: FacetValue) -> GalleryState | None:
    """The list with a value more; None if it is chosen already, or none can be added."""
    match value.facet:
        case "source" if len(state.off) < len(SWITCHES) - 1:
            others = (switch.key for switch in SWITCHES if switch.name != value.value)
            return state.but(off=frozenset(others))
        case "model" | "sampler" | "month" | "creator" if not getattr(state, value.facet):
            return state.but(**{value.facet: value.value})
        case "lora" if value.value not in state.loras and len(state.loras) < MOST_LORAS:
            return state.but(loras=tuple(sorted((*state.loras, value.value))))
        case "tag" if not {value.value, value.name} & {*state.tags}:
            tags = sorted((*state.tags, tag_value(value.name, UUID(value.value))))
            return state.but(tags=tuple(tags), match=state.match if state.tags[1:] else "all")
    return None


def _shown(value: FacetValue) -> str:
    return month_name(value.value) if value.facet == "month" else value.name


def month_name(month: str) -> str:
    """`2026-11` as `November 2026`."""
    return f"{datetime.strptime(month, '%Y-%m').replace(tzinfo=UTC):%B %Y}"
