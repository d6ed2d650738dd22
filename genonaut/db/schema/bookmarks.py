"""Favourites, and the albums that they are arranged in."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from genonaut.db.schema.base import Base, follows_item, owner, random_id

ContentSourceType = Literal["items", "auto"]
"""How a favourite's item was made, as the columns and an older client call it."""

LONGEST_NOTE: Final = 2000
LONGEST_ICON: Final = 50
LONGEST_KIND: Final = 40

_FALSE = text("false")
_KIND = """
    CASE WHEN creator_id = user_id THEN 'own ' ELSE 'other ' END
    || visibility
    || CASE WHEN source_type = 'items' THEN ' regular' ELSE ' auto' END
    || CASE WHEN pinned THEN ' pinned' ELSE '' END
    || CASE WHEN is_public THEN ' shown' ELSE '' END"""

_KEPT: Final = ("id", "user_id", "content_id", "creator_id", "kind")
"""What a place in an album has of its favourite."""


class Bookmark(Base):
    """That a user keeps an item. Creator and visibility are the item's: the foreign key says so.

    `kind` says in words what it is counted by (genonaut/content/bookmark_kinds.py).
    """

    __tablename__ = "bookmarks"
    __table_args__ = (
        UniqueConstraint("user_id", "content_id", "source_type", name="bookmarks_item_key"),
        UniqueConstraint(*_KEPT, name="bookmarks_kind_key"),
        follows_item(),
        Index("idx_bookmarks_item", "content_id", "source_type"),
        Index(
            "idx_bookmarks_newest",
            "user_id",
            text("created_at DESC"),
            text("id DESC"),
            postgresql_include=["content_id", "kind"],
        ),
    )

    id: Mapped[UUID] = random_id()
    user_id: Mapped[UUID] = owner()
    content_id: Mapped[int]
    source_type: Mapped[str] = mapped_column(String(10))
    # A trigger takes them from the item if they are not named.
    creator_id: Mapped[UUID]
    visibility: Mapped[str] = mapped_column(String(10))
    note: Mapped[str | None] = mapped_column(String(LONGEST_NOTE))
    pinned: Mapped[bool] = mapped_column(server_default=_FALSE)
    is_public: Mapped[bool] = mapped_column(server_default=_FALSE)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    kind: Mapped[str] = mapped_column(String(LONGEST_KIND), Computed(_KIND, persisted=True))


class BookmarkCategory(Base):
    """An album of favourites, in another one or in none. An older client calls it so."""

    __tablename__ = "bookmark_categories"
    __table_args__ = (
        CheckConstraint("color ~ '^#([0-9A-Fa-f]{3}){1,2}$'", name="bookmark_categories_color"),
        CheckConstraint("parent_id <> id", name="bookmark_categories_parent"),
        UniqueConstraint("id", "user_id", name="bookmark_categories_user_key"),
        UniqueConstraint(
            "user_id",
            "parent_id",
            "name",
            name="bookmark_categories_name_key",
            postgresql_nulls_not_distinct=True,
        ),
        ForeignKeyConstraint(
            ["parent_id", "user_id"],
            ["bookmark_categories.id", "bookmark_categories.user_id"],
            ondelete="SET NULL (parent_id)",
        ),
        Index(
            "idx_bookmark_categories_parent",
            "parent_id",
            postgresql_where=text("parent_id IS NOT NULL"),
        ),
        Index("idx_bookmark_categories_order", "user_id", "sort_index", "name", "id"),
    )

    id: Mapped[UUID] = random_id()
    user_id: Mapped[UUID] = owner()
    name: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(String(LONGEST_NOTE))
    color: Mapped[str | None] = mapped_column(String(7))
    icon: Mapped[str | None] = mapped_column(String(LONGEST_ICON))
    # No foreign key: who reads it looks whether there is such an item for the reader's eyes.
    cover_content_id: Mapped[int | None]
    cover_content_source_type: Mapped[str | None] = mapped_column(String(10))
    parent_id: Mapped[UUID | None]
    sort_index: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    is_public: Mapped[bool] = mapped_column(server_default=_FALSE)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class BookmarkCategoryMember(Base):
    """A favourite's place in an album of the same user; all but the place is the favourite's."""

    __tablename__ = "bookmark_category_members"
    __table_args__ = (
        ForeignKeyConstraint(
            ["bookmark_id", *_KEPT[1:]],
            [f"bookmarks.{column}" for column in _KEPT],
            ondelete="CASCADE",
            onupdate="CASCADE",
        ),
        ForeignKeyConstraint(
            ["category_id", "user_id"],
            ["bookmark_categories.id", "bookmark_categories.user_id"],
            ondelete="CASCADE",
        ),
        Index(
            "idx_bookmark_category_members_order",
            "category_id",
            "position",
            text("added_at DESC"),
            "bookmark_id",
            postgresql_include=["content_id", "creator_id", "kind"],
        ),
        Index(
            "idx_bookmark_category_members_item",
            "category_id",
            "content_id",
            postgresql_include=["creator_id", "kind"],
        ),
    )

    bookmark_id: Mapped[UUID] = mapped_column(primary_key=True)
    category_id: Mapped[UUID] = mapped_column(primary_key=True)
    # A trigger takes these four from the favourite if they are not named.
    user_id: Mapped[UUID]
    content_id: Mapped[int]
    creator_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(LONGEST_KIND))
    position: Mapped[int | None] = mapped_column(Integer)
    added_at: Mapped[datetime] = mapped_column(server_default=func.now())


class BookmarkCategoryShare(Base):
    """The secret link to an album. It is found by its hash."""

    __tablename__ = "bookmark_category_shares"

    category_id: Mapped[UUID] = mapped_column(
        ForeignKey("bookmark_categories.id", ondelete="CASCADE"), primary_key=True
    )
    token: Mapped[str] = mapped_column(String(43))
    digest: Mapped[bytes] = mapped_column(
        LargeBinary, Computed("sha256(token::bytea)", persisted=True), unique=True
    )
    with_prompts: Mapped[bool] = mapped_column(server_default=_FALSE)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
