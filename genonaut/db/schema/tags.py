"""Tags, and which items have them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from genonaut.db.schema.base import Base, follows_item, random_id


class Tag(Base):
    """A word by which items are found. Names are unique exactly as they are stored."""

    __tablename__ = "tags"
    __table_args__ = (
        # By the letters' numbers (COLLATE "C", which Alembic does not compare): what begins alike
        # is one stretch. The second is for suggestions while one types.
        Index("idx_tags_beginning", "name"),
        Index("idx_tags_search_name", text("search_name(name)")),
    )

    id: Mapped[UUID] = random_id()
    name: Mapped[str] = mapped_column(String(255), unique=True)
    # SQLAlchemy reserves the name `metadata`.
    tag_metadata: Mapped[dict[str, Any]] = mapped_column(
        "metadata", server_default=text("'{}'::jsonb")
    )
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ContentTag(Base):
    """That an item has a tag. Creator and visibility are the item's: the foreign key says so."""

    __tablename__ = "content_tags"
    __table_args__ = (
        follows_item(),
        Index(
            "idx_content_tags_newest",
            "tag_id",
            text("content_id DESC"),
            "source_type",
            postgresql_include=["creator_id", "visibility"],
        ),
    )

    content_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source_type: Mapped[str] = mapped_column(String(10), primary_key=True)
    tag_id: Mapped[UUID] = mapped_column(
        ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True
    )
    # A trigger takes them from the item if they are not named.
    creator_id: Mapped[UUID]
    visibility: Mapped[str] = mapped_column(String(10))
