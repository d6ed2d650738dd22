"""The tables whose rows leave with an item, and come back with it when its deletion is undone.

A table that refers to items is named here, and nowhere else for that. Rows are kept as JSON with
all their columns, so a column that is added to a table needs no line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

Owned = Mapping[int, UUID]
"""Items by their numbers, each with its creator, by whom an engine may spread them."""


@dataclass(frozen=True, slots=True)
class Needed:
    """A row of another table that a follower's row refers to: without it, that row stays away.

    `order` is the column by which writers lock such rows, so that none of them deadlock. A row that
    `comes_back` is another follower's, which was put back just before and needs no lock.
    """

    column: str
    table: str
    key: str = "id"
    key_type: str = "uuid"
    order: str = "id"
    comes_back: bool = False


@dataclass(frozen=True, slots=True)
class Follower:
    """A table that refers to items by `content_id`, which is unique in both partitions.

    Its rows have their item's creator, by whom an engine may spread both over machines.

    With `has_rights`, its rows have their item's visibility. With `is_locked`, other writers change
    them without a lock on the item or on what they need, so they are locked in one order first.
    """

    table: str
    needs: tuple[Needed, ...] = ()
    has_rights: bool = True
    is_locked: bool = True


FOLLOWERS: Final = (
    # Who changes an item's tags has locked the item or the tag.
    Follower("content_tags", needs=(Needed("tag_id", "tags", order="name"),), is_locked=False),
    Follower("ratings", needs=(Needed("user_id", "users"),)),
    Follower("bookmarks", needs=(Needed("user_id", "users"),)),
    Follower(
        "bookmark_category_members",
        needs=(
            Needed("bookmark_id", "bookmarks", comes_back=True),
            Needed("category_id", "bookmark_categories"),
        ),
        has_rights=False,
    ),
)
"""In the order in which their rows are put back."""


def named(items: Owned) -> dict[str, Any]:
    """Items as the parameters of statements about them."""
    return {"ids": list(items), "creators": list(set(items.values()))}
