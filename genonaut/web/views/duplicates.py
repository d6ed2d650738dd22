"""The page of pictures that look alike: side by side, with what differs among them."""

from collections.abc import Sequence
from typing import Final

from genonaut.api import entities
from genonaut.api.entities import Alike, Item
from genonaut.api.services.duplicate_service import DuplicateService
from genonaut.web.contexts import AlikeCard, AlikeGroup, DuplicatesContext, Link
from genonaut.web.page_view import PageView
from genonaut.web.rendering import plural, utc
from genonaut.web.state import GALLERY, read_number
from genonaut.web.views.parts import card_of
from genonaut.web.views.settings import negative_prompt, settings_of

DUPLICATES: Final = f"{GALLERY}/duplicates"
GROUPS: Final = 12
"""On a page."""
OF: Final = "of"
ALL: Final = "all"
DELETED: Final = "deleted"
DONE: Final = "done"
NOTICES: Final = {
    "dismissed": "They are not shown as duplicates again.",
    "restored": "Restored.",
}
MOST_UNDONE: Final = 100


def duplicates_context(view: PageView) -> DuplicatesContext:
    """Groups, or one item's; the viewer's own unless all are asked for.

    Raises:
        NotFoundError: there is no such item for the viewer's eyes.
    """
    given, service = view.parameters, view.services.duplicates
    of, own = read_number(given.get(OF, "")), _is_own(view)
    if of:
        group = service.of_item(of)
        found = entities.AlikeGroups([group] * (group.count > 1), 1, None)
    else:
        before = read_number(given.get("before", "")) or None
        found = service.groups(own=own, before=before, number=GROUPS)
    undo = _numbers(given.get(DELETED, ""))
    return DuplicatesContext(
        title="Duplicates",
        viewer=view.viewer,
        groups=tuple(_group(view, group) for group in found.groups),
        views=_views(view, own=own) if not of else (),
        looked_at=plural(found.looked_at, "picture"),
        more=_address(own=own, before=found.next_before) if found.next_before else None,
        of=of,
        address=f"{DUPLICATES}?{OF}={of}" if of else _address(own=own),
        notice=_notice(given.get(DONE, ""), undo),
        undo=undo,
    )


def similar_link(item_id: int, service: DuplicateService) -> Link | None:
    """From an item's page to what looks like it; None if nothing does."""
    number, is_exact = service.number_alike(item_id)
    if not number:
        return None
    label = f"{'' if is_exact else 'At least '}{plural(number, 'similar picture')}"
    return Link(label, f"{DUPLICATES}?{OF}={item_id}")


def _is_own(view: PageView) -> bool:
    return view.viewer.user_id is not None and view.parameters.get("whose") != ALL


def _views(view: PageView, *, own: bool) -> tuple[Link, ...]:
    if view.viewer.user_id is None:
        return ()
    return (
        Link("Your pictures", DUPLICATES, chosen=own),
        Link("All pictures", _address(own=False), chosen=not own),
    )


def _address(*, own: bool, before: int | None = None) -> str:
    given = [] if own else [f"whose={ALL}"]
    given += [f"before={before}"] if before else []
    return f"{DUPLICATES}?{'&'.join(given)}" if given else DUPLICATES


def _group(view: PageView, group: entities.AlikeGroup) -> AlikeGroup:
    """One's own first; what is the same of all is said once."""
    me = view.viewer.user_id
    members = sorted(group.members, key=lambda one: one.item.creator_id != me)
    pictures = view.services.pictures([one.item for one in members])
    facts = [dict(_facts(one)) for one in members]
    names = list(dict.fromkeys(name for each in facts for name in each))
    same = {name for name in names if len({each.get(name, "–") for each in facts}) == 1}  # noqa: RUF001
    cards = [
        AlikeCard(
            card_of(view, one.item, pictures.page_picture(one.item)),
            tuple((name, each.get(name, "–")) for name in names if name not in same),  # noqa: RUF001
            is_own=one.item.creator_id == me,
        )
        for one, each in zip(members, facts, strict=True)
    ]
    left = group.count - len(members)
    return AlikeGroup(
        title=f"{'' if group.count_is_exact else 'At least '}{group.count} pictures alike",
        cards=tuple(cards),
        same=tuple((name, facts[0][name]) for name in names if name in same),
        more=f"{plural(left, 'more picture')}, not shown" if left > 0 else "",
        deletable=tuple(c.card.id for c in cards if c.is_own or view.viewer.is_admin),
    )


def _facts(one: Alike) -> list[tuple[str, str]]:
    item, file = one.item, one.file
    return [
        ("Size", f"{file.width} × {file.height}"),  # noqa: RUF001
        ("Format", file.media_type.partition("/")[2].upper()),
        ("File", _bytes(file.bytes)),
        ("Made", utc(item.created_at)),
        ("Creator", item.creator_username),
        *((name, text) for name, text in _texts(item) if text),
        *((setting.name, setting.value) for setting in settings_of(item) if setting.name != "Size"),
    ]


def _texts(item: Item) -> list[tuple[str, str]]:
    return [("Prompt", item.prompt), ("Negative prompt", negative_prompt(item))]


def _bytes(number: int) -> str:
    return f"{number / 2**20:.1f} MiB" if number >= 2**20 else f"{number / 2**10:.0f} KiB"


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(filter(None, map(read_number, text.split(",")[:MOST_UNDONE])))


def _notice(done: str, deleted: Sequence[int]) -> str:
    if deleted:
        return f"{plural(len(deleted), 'picture')} deleted."
    return NOTICES.get(done, "")
