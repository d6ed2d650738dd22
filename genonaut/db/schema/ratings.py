"""What users think of items, and how many ratings each item has of each value."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    SmallInteger,
    String,
    Table,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from genonaut.db.schema.base import Base, follows_item, owner
from genonaut.db.schema.counts import RefreshColumns, refresh_arguments


class Rating(Base):
    """What a user thinks of an item, 1 to 5. Creator and visibility are the item's."""

    __tablename__ = "ratings"
    __table_args__ = (
        CheckConstraint("value BETWEEN 1 AND 5", name="ratings_value"),
        follows_item(),
        # One's own, the best first.
        Index(
            "idx_ratings_own",
            "user_id",
            text("value DESC"),
            text("content_id DESC"),
            postgresql_include=["source_type", "creator_id", "visibility"],
        ),
    )

    content_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source_type: Mapped[str] = mapped_column(String(10), primary_key=True)
    user_id: Mapped[UUID] = owner(primary_key=True)
    value: Mapped[int] = mapped_column(SmallInteger)
    creator_id: Mapped[UUID]
    visibility: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class RatingStats(Base):
    """The cached counts of an item's ratings of a value; a count of zero has no row."""

    __tablename__ = "rating_stats"

    content_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    count: Mapped[int]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class RatingRefresh(RefreshColumns, Base):
    """The record of the refreshes of `rating_stats`."""

    __tablename__ = "rating_refreshes"
    __table_args__ = refresh_arguments("rating")


rating_deltas = Table(
    "rating_deltas",
    Base.metadata,
    Column("content_id", BigInteger, nullable=False),
    Column("value", SmallInteger, nullable=False),
    Column("delta", BigInteger, nullable=False),
)
