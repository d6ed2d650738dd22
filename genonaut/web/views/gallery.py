"""The gallery's page: from the request to the template's context."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final
from uuid import UUID

from genonaut.api.gallery.query import GalleryPage, Pagination
from genonaut.api.gallery.searching.language import Mistake
from genonaut.errors import DatabaseTimeoutError, InvalidRequestError
from genonaut.hints import IMPORT, typed
from genonaut.web.albums.contexts import AlbumHead
from genonaut.web.albums.empty import nothing_kept
from genonaut.web.bulk.selection import selection_of
from genonaut.web.contexts import (
    Choice,
    CreatorHead,
    Empty,
    GalleryContext,
    Link,
    Pages,
    SwitchState,
    Viewer,
)
from genonaut.web.page_view import PageView
from genonaut.web.rendering import plural
from genonaut.web.returning import sign_in_path
from genonaut.web.search_box import box, mistakes_of, suggestions_url
from genonaut.web.searching import recent_searches
from genonaut.web.state import (
    DENSITIES,
    END,
    GALLERY,
    MINE,
    SIZES,
    SORTS,
    SWITCHES,
    VIEWS,
    GalleryState,
)
from genonaut.web.views.facets import facet_panel, month_name
from genonaut.web.views.live import ONCE, address, live_of_list
from genonaut.web.views.parts import cards_of, notice_of
from genonaut.web.views.upload import UPLOAD

NOT_SEARCHED: Final = "The search has a mistake, so nothing was looked for."
SEE_THE_BOX: Final = "Below the search box it is marked, with what to write instead."


def gallery_context(view: PageView, album: AlbumHead | None = None) -> GalleryContext:
    """Everything on the page, of one moment; of an album, below its head."""
    state, viewer = view.state, view.viewer
    name = _creator_name(view)
    page, mistakes = _page(view)
    return GalleryContext(
        title=_title(page.pagination, state, _list_name(state, name, album)),
        viewer=viewer,
        state=state,
        summary=NOT_SEARCHED if mistakes else _summary(page.pagination),
        total="" if mistakes else _total(page.pagination),
        counts=page.stats,
        counts_url=address(view, ONCE, user_id=viewer.user_id),
        switches=_switches(state, viewer),
        matches=_choices({"all": "all of them", "any": "any of them"}, state.match),
        sorts=_sorts(state, viewer),
        sizes=_choices({str(size): str(size) for size in SIZES}, str(state.size)),
        views=tuple(
            Link(view.capitalize(), replace(state, view=view).url(), chosen=view == state.view)
            for view in VIEWS
        ),
        densities=_choices({one: one.capitalize() for one in DENSITIES}, state.density),
        creator=CreatorHead(name, page.creator_counts) if name else None,
        search=box(state.search, suggestions_url(view.eyes, GALLERY), mistakes),
        album=album,
        chips=_chips(state, name, album),
        cards=cards_of(view, page.items),
        empty=_empty_if(page, view, mistakes),
        pages=_pages(page.pagination, state),
        notice=notice_of(view),
        live=live_of_list(view, page.stats, page.pagination),
        facets=facet_panel(page.facets, state, name),
        selection=selection_of(view, page.pagination),
        recent=recent_searches(view),
        options_open=view.options_open,
    )


def _page(view: PageView) -> tuple[GalleryPage, Sequence[Mistake]]:
    """The page, or one without items and the mistakes in the search."""
    services, user_id = view.services, view.viewer.user_id
    try:
        return services.gallery.page(view.eyes, view.state.query(user_id)), ()
    except InvalidRequestError as refused:
        mistakes = mistakes_of(refused)
    stats = creator = None
    with suppress(DatabaseTimeoutError):
        stats = services.content.counts(view.eyes, user_id)
        if view.state.creator:
            creator = services.content.counts(view.eyes, UUID(view.state.creator))
    nothing = Pagination(1, view.state.size, 0, 0, False, False, False, None, None)
    return GalleryPage([], nothing, stats, creator), mistakes


def _empty_if(page: GalleryPage, view: PageView, mistakes: Sequence[Mistake]) -> Empty | None:
    if mistakes:
        way = Link("Clear the search", view.state.but(search="").url())
        return Empty("The search has a mistake", SEE_THE_BOX, (way,))
    return None if page.items else _empty(page.pagination, view)


def _creator_name(view: PageView) -> str:
    """Whose page it is; empty if it is all of the gallery.

    Raises:
        NotFoundError: there is no such user.
    """
    creator = view.state.creator
    return view.services.users.get(UUID(creator)).username if creator else ""


def _list_name(state: GalleryState, creator: str, album: AlbumHead | None) -> str:
    """What the list is called, but for what is sought in it."""
    return (album and album.name) or ("Favourites" if state.favourites else creator or "Gallery")


def _title(pagination: Pagination, state: GalleryState, name: str) -> str:
    """Where one is, for a tab: what is sought, in which list, on which page."""
    sought = [f"“{state.search}”"] if state.search else []
    parts = [*sought, *state.tags, name]
    if pagination.page > 1:
        parts.append(f"page {pagination.page:,}")
    return ", ".join(parts)


def _total(pagination: Pagination) -> str:
    at_least = "At least " if pagination.total_is_estimate else ""
    return f"{at_least}{plural(pagination.total_count, 'result')}"


def _results(pagination: Pagination) -> str:
    return f"{_total(pagination)} matching filters"


def _summary(pagination: Pagination) -> str:
    results = _results(pagination)
    if pagination.total_is_estimate:
        return f"{results}: counting took too long."
    if not pagination.total_count:
        return f"{results}."
    return f"{plural(pagination.total_pages, 'page')} showing {results}."


def _switches(state: GalleryState, viewer: Viewer) -> tuple[SwitchState, ...]:
    known = viewer.user_id is not None
    return tuple(
        SwitchState(switch, on=switch.key not in state.off, usable=known or not switch.is_own)
        for switch in SWITCHES
    )


def _sorts(state: GalleryState, viewer: Viewer) -> tuple[Choice, ...]:
    """Visitors have no ratings of their own."""
    labels = {name: label for name, (label, *_) in SORTS.items()}
    if viewer.user_id is None and state.sort != MINE:
        del labels[MINE]
    return _choices(labels, state.sort)


def _choices(labels: Mapping[str, str], chosen: str) -> tuple[Choice, ...]:
    return tuple(Choice(value, label, value == chosen) for value, label in labels.items())


def _chips(state: GalleryState, creator: str, album: AlbumHead | None) -> tuple[Link, ...]:
    """One for each filter that is set: a link to the same list without it."""
    chips = [Link(f"“{state.search}”", state.but(search="").url())] if state.search else []
    for tag in state.tags:
        others = tuple(other for other in state.tags if other != tag)
        chips.append(Link(tag, state.but(tags=others).url()))
    if state.model:
        chips.append(Link(f"model {state.model}", state.but(model="").url()))
    if state.seed:
        chips.append(Link(f"seed {state.seed}", state.but(seed="").url()))
    chips += _of_facets(state)
    if creator:
        chips.append(Link(f"by {creator}", state.but(creator="").url()))
    if state.favourites:
        chips.append(Link("Favourites", state.but(favourites="").url()))
    if album:
        chips.append(Link(f"in {album.name}", state.but(album="").url()))
    return tuple(chips)


def _of_facets(state: GalleryState) -> Iterator[Link]:
    if state.sampler:
        yield Link(f"sampler {state.sampler}", state.but(sampler="").url())
    for lora in state.loras:
        others = tuple(other for other in state.loras if other != lora)
        yield Link(f"LoRA {lora}", state.but(loras=others).url())
    if state.month:
        yield Link(month_name(state.month), state.but(month="").url())


def _pages(pagination: Pagination, state: GalleryState) -> Pages:
    forward, backward = pagination.has_next, pagination.has_previous
    first = state.but()
    # By number, the last page is as quick as the first: it is read from the end. Only if the total
    # is not known, the last page is that of the last items, without a number.
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


def _empty(pagination: Pagination, view: PageView) -> Empty:
    """Why there are no items, in terms of what the visitor can change."""
    state, viewer = view.state, view.viewer
    if pagination.total_count:
        back = (Link("Go to the first page", state.but().url()),)
        return Empty("There is no such page", "The list ends before this page.", back)
    ways = [
        *([Link("Clear the search", state.but(search="").url())] if state.search else []),
        *([Link("Clear the tags", state.but(tags=()).url())] if state.tags else []),
        *(
            [Link("Clear model and seed", state.but(model="", seed="").url())]
            * bool(state.model or state.seed)
        ),
        *(
            [Link("Clear sampler and LoRAs", state.but(sampler="", loras=()).url())]
            * bool(state.sampler or state.loras)
        ),
        *([Link("Clear the month", state.but(month="").url())] if state.month else []),
        *([Link("Show all creators", state.but(creator="").url())] if state.creator else []),
        *(
            [Link("Leave the favourites", state.but(favourites="").url())]
            if state.favourites
            else []
        ),
        *([Link("Leave the album", state.but(album="").url())] if state.album else []),
        *(
            [Link("Switch all four sources on", state.but(off=frozenset()).url())]
            if state.off
            else []
        ),
    ]
    if kept := nothing_kept(state, viewer):
        return kept
    if not ways:
        return _nothing_yet(view)
    return Empty("No items found", _reason(state, viewer), tuple(ways))


def _nothing_yet(view: PageView) -> Empty:
    title = "There are no pictures here yet"
    if view.web.read_only:
        return Empty(title, "This gallery is read-only now: no pictures can be added.", ())
    why = "Pictures that you add appear here, with the prompts and settings in their files."
    # The command names a folder of this machine.
    command = typed(IMPORT) if view.eyes.sees_all else ""
    return Empty(title, why, _to_add(view.viewer), command)


def _to_add(viewer: Viewer) -> tuple[Link, ...]:
    if viewer.sign_in:
        return (Link("Sign in to add pictures", sign_in_path(UPLOAD)),)
    return (Link("Upload pictures", UPLOAD),) if viewer.can_add else ()


def _reason(state: GalleryState, viewer: Viewer) -> str:
    on = [switch for switch in SWITCHES if switch.key not in state.off]
    if not on:
        return "All four sources are switched off."
    if not viewer.user_id and all(switch.is_own for switch in on):
        return (
            "The community's items are switched off, and an anonymous viewer has none of their own."
        )
    sought = [f"match “{state.search}”"] if state.search else []
    if state.tags:
        together = " and " if state.match == "all" else " or "
        sought.append(f"have the tag {together.join(f'“{tag}”' for tag in state.tags)}")
    if made := _made_with(state):
        sought.append(f"were made with {' and '.join(made)}")
    if state.month:
        sought.append(f"are of {month_name(state.month)}")
    if state.creator:
        sought.append("are by this creator")
    if state.favourites:
        sought.append("are among your favourites")
    if state.album:
        sought.append("are in this album")
    among = " among the sources that are switched on" if state.off else ""
    return f"No items {' and '.join(sought)}{among}." if sought else f"There are no items{among}."


def _made_with(state: GalleryState) -> list[str]:
    made = [f"model “{state.model}”"] if state.model else []
    made += [f"seed {state.seed}"] if state.seed else []
    made += [f"sampler “{state.sampler}”"] if state.sampler else []
    return made + [f"LoRA “{lora}”" for lora in state.loras]
