"""Pages of a list that is in memory: the same by number, by cursor, forward and backward."""

from collections.abc import Sequence
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from genonaut.api.gallery.cursors import END, Cursor
from genonaut.api.gallery.orders import Order, Position
from genonaut.api.gallery.pager import Pager, Slice, Total, Window

UP = Order("quality_score", descending=False)


class Item(NamedTuple):
    value: float
    id: int


class InMemory:
    """A list in order, and how many of its items were looked at."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.all = sorted(items)
        self.looked_at = 0

    def items(self, order: Order, window: Window) -> list[Item]:
        way = self.all[::-1] if order.descending else self.all
        if window.behind:
            place = Item(float(window.behind.value), window.behind.item_id)  # type: ignore[arg-type]
            at = [item == place for item in way]
            behind = [(item < place) if order.descending else (item > place) for item in way]
            way = [
                item
                for item, is_behind, is_at in zip(way, behind, at, strict=True)
                if is_behind or (window.inclusive and is_at)
            ]
        self.looked_at += min(window.offset + window.limit, len(way))
        return way[window.offset : window.offset + window.limit]

    def any_item(self, order: Order, window: Window) -> bool:
        return bool(self.items(order, window))

    def pager(self, size: int, *, exact: bool = True) -> Pager[Item]:
        total = Total(len(self.all) if exact else 0, exact)
        return Pager(self, UP, size, total)


LISTS = st.lists(st.sampled_from([0.0, 0.5, 1.0]), max_size=40).map(
    lambda scores: InMemory([Item(score, number) for number, score in enumerate(scores)])
)
SIZES = st.integers(1, 12)


def behind(part: Slice[Item]) -> Cursor:
    last = part.items[-1]
    offset = part.offset + len(part.items)
    return Cursor(backward=False, offset=offset, position=Position(last.value, last.id))


def before(part: Slice[Item]) -> Cursor:
    first = part.items[0]
    return Cursor(backward=True, offset=part.offset, position=Position(first.value, first.id))


@given(LISTS, SIZES, st.data(), st.booleans())
def test_a_page_by_number_is_a_slice(
    everything: InMemory, size: int, data: st.DataObject, exact: bool
) -> None:
    offset = data.draw(st.integers(0, len(everything.all) + size))  # mostly one that is there
    part = everything.pager(size, exact=exact).by_offset(offset)
    assert list(part.items) == everything.all[offset : offset + size]
    assert part.before == (offset > 0 and bool(everything.all))
    assert part.after == (offset + size < len(everything.all))
    assert part.offset == offset


@given(SIZES, st.integers(1, 50))
def test_no_page_is_walked_to_through_more_than_half_of_the_list(size: int, page: int) -> None:
    everything = InMemory([Item(0.0, number) for number in range(40)])
    everything.pager(size).by_offset((page - 1) * size)
    assert everything.looked_at <= 40 // 2 + size + 1


@given(LISTS, SIZES, st.booleans())
def test_forward_to_the_end_and_back(everything: InMemory, size: int, exact: bool) -> None:
    pager = everything.pager(size, exact=exact)
    forward = [pager.by_offset(0)]
    while forward[-1].after:
        forward.append(pager.from_cursor(behind(forward[-1])))
    assert [item for part in forward for item in part.items] == everything.all
    assert [part.offset for part in forward] == [n * size for n in range(len(forward))]
    backward = [forward[-1]]
    while backward[-1].before:
        backward.append(pager.from_cursor(before(backward[-1])))
    assert backward[::-1] == forward


@given(LISTS, SIZES)
def test_from_the_end_to_the_start(everything: InMemory, size: int) -> None:
    pager = everything.pager(size)
    parts = [pager.from_cursor(END)]
    assert not parts[0].after
    while parts[-1].before:
        parts.append(pager.from_cursor(before(parts[-1])))
    assert [item for part in parts[::-1] for item in part.items] == everything.all
    offsets = [part.offset for part in parts]
    assert offsets == [max(0, len(everything.all) - (n + 1) * size) for n in range(len(parts))]


@given(LISTS, SIZES, st.data())
def test_a_place_is_good_though_its_item_is_gone(
    everything: InMemory, size: int, data: st.DataObject
) -> None:
    if not everything.all:
        return
    gone = data.draw(st.sampled_from(everything.all))
    everything.all.remove(gone)
    place = Position(gone.value, gone.id)
    after = everything.pager(size).from_cursor(Cursor(backward=False, offset=0, position=place))
    ahead = everything.pager(size).from_cursor(Cursor(backward=True, offset=0, position=place))
    assert list(after.items) == [item for item in everything.all if item > gone][:size]
    assert list(ahead.items) == [item for item in everything.all if item < gone][-size:]
    assert after.before == ahead.before or bool(ahead.items)
    assert after.before == any(item < gone for item in everything.all)
    assert ahead.after == any(item > gone for item in everything.all)
