"""The gallery's page: from what is asked to what the template is given."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from genonaut.api.gallery.query import Pagination
from genonaut.web.contexts import (
    Choice,
    Empty,
    GalleryContext,
    Link,
    Notice,
    Pages,
    SwitchState,
    Viewer,
)
from genonaut.web.page_services import PageServices
from genonaut.web.picture_urls import PictureUrls
from genonaut.web.rendering import plural
from genonaut.web.state import END, SIZES, SORTS, SWITCHES, VIEWS, GalleryState
from genonaut.web.views.parts import card_of, tags_of

COUNTS: Final = "/api/v1/content/stats/unified"
TAGS_TO_CHOOSE_FROM: Final = 14


def gallery_context(
    services: PageServices,
    pictures: PictureUrls,
    viewer: Viewer,
    state: GalleryState,
    notice: Notice | None,
) -> GalleryContext:
    """Everything on the page, of one moment."""
    page = services.gallery.page(state.query(viewer.user_id))
    summary = _summary(page.pagination)
    return GalleryContext(
        title=summary.partition(" showing ")[2].removesuffix(".") or summary.removesuffix("."),
        viewer=viewer,
        state=state,
        summary=summary,
        counts=page.stats,
        counts_url=f"{COUNTS}?user_id={viewer.user_id}" if viewer.user_id else COUNTS,
        switches=_switches(state, viewer),
        tags=tags_of(services, state, TAGS_TO_CHOOSE_FROM),
        matches=_choices({"all": "all of them", "any": "any of them"}, state.match),
        sorts=_choices({name: label for name, (label, *_) in SORTS.items()}, state.sort),
        sizes=_choices({str(size): str(size) for size in SIZES}, str(state.size)),
        views=tuple(
            Link(view.capitalize(), replace(state, view=view).url(), chosen=view == state.view)
            for view in VIEWS
        ),
        chips=_chips(state),
        cards=tuple(card_of(item, pictures, state) for item in page.items),
        empty=None if page.items else _empty(page.pagination, state, viewer),
        pages=_pages(page.pagination, state),
        notice=notice,
    )


def _summary(pagination: Pagination) -> str:
    total = pagination.total_count
    if pagination.total_is_estimate:
        return f"At least {plural(total, 'result')} matching filters: counting took too long."
    if not total:
        return "0 results matching filters."
    pages = plural(pagination.total_pages, "page")
    return f"{pages} showing {plural(total, 'result')} matching filters."


def _switches(state: GalleryState, viewer: Viewer) -> tuple[SwitchState, ...]:
    known = viewer.user_id is not None
    return tuple(
        SwitchState(switch, on=switch.key not in state.off, usable=known or not switch.is_own)
        for switch in SWITCHES
    )


def _choices(labels: Mapping[str, str], chosen: str) -> tuple[Choice, ...]:
    return tuple(Choice(value, label, value == chosen) for value, label in labels.items())


def _chips(state: GalleryState) -> tuple[Link, ...]:
    """One for each filter that is set: to go where it is not."""
    chips = [Link(f"“{state.search}”", state.but(search="").url())] if state.search else []
    for tag in state.tags:
        others = tuple(other for other in state.tags if other != tag)
        chips.append(Link(tag, state.but(tags=others).url()))
    return tuple(chips)


def _pages(pagination: Pagination, state: GalleryState) -> Pages:
    forward, backward = pagination.has_next, pagination.has_previous
    first = state.but()
    # By number, the last page is as quick as the first: it is read from the end. Only if nobody
    # knows how many there are, it has to be the last items, whatever their number.
    last = (
        first.but(cursor=END)
        if pagination.total_is_estimate
        else replace(first, page=pagination.total_pages)
    )
    return Pages(
        number=pagination.page,
        total=pagination.total_pages,
        first=first.url() if backward else None,
        previous=state.but(cursor=pagination.prev_cursor).url() if backward else None,
        next=state.but(cursor=pagination.next_cursor).url() if forward else None,
        last=last.url() if forward else None,
        kept=tuple(first.parameters()),
    )


def _empty(pagination: Pagination, state: GalleryState, viewer: Viewer) -> Empty:
    """Why nothing is there, said by what could be changed."""
    if pagination.total_count:
        return Empty("There is no page that far.", (Link("To the first page", state.but().url()),))
    ways = [
        *([Link("Without the search", state.but(search="").url())] if state.search else []),
        *([Link("Without the tags", state.but(tags=()).url())] if state.tags else []),
        *([Link("All four sources", state.but(off=frozenset()).url())] if state.off else []),
    ]
    if not ways:
        return Empty("The gallery has no items yet.", ())
    return Empty(_reason(state, viewer), tuple(ways))


def _reason(state: GalleryState, viewer: Viewer) -> str:
    on = [switch for switch in SWITCHES if switch.key not in state.off]
    if not on:
        return "All four sources are switched off."
    if not viewer.user_id and all(switch.is_own for switch in on):
        return "Only your own items are switched on, and you are viewing as nobody."
    sought = [f"match “{state.search}”"] if state.search else []
    if state.tags:
        together = " and " if state.match == "all" else " or "
        sought.append(f"carry the tag {together.join(f'“{tag}”' for tag in state.tags)}")
    among = "Among the sources that are switched on, no" if state.off else "No"
    return f"{among} items {' and '.join(sought)}." if sought else f"{among} items were found."
