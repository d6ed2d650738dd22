"""The counts of facets: stored counts, ledgers and refreshes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Identity,
    Index,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from genonaut.db.schema.base import Base
from genonaut.db.schema.counts import RefreshColumns, refresh_arguments
from genonaut.db.schema.private_counts import total_arguments
from genonaut.db.schema.values import PARTITIONS


class FacetColumns:
    """How many items have a value, as `items model flux-dev`: a user's, and without one, all."""

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    facet: Mapped[str] = mapped_column(Text)
    count: Mapped[int]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class FacetStats(FacetColumns, Base):
    """The cached counts of all items by the values that they have."""

    __tablename__ = "facet_stats"
    __table_args__ = (
        *total_arguments("facet", "user_id", "facet"),
        Index(
            "idx_facet_largest",
            text("split_part(facet, ' '::text, 1)"),
            text("split_part(facet, ' '::text, 2)"),
            text("count DESC"),
            postgresql_where=text("user_id IS NULL"),
        ),
    )


class FacetRefresh(RefreshColumns, Base):
    """The record of the refreshes of `facet_stats`."""

    __tablename__ = "facet_refreshes"
    __table_args__ = refresh_arguments("facet")


class PrivateFacetStats(FacetColumns, Base):
    """The cached counts of the private ones among these items."""

    __tablename__ = "private_facet_stats"
    __table_args__ = total_arguments("private_facet", "user_id", "facet")


class PrivateFacetRefresh(RefreshColumns, Base):
    """The record of the refreshes of `private_facet_stats`."""

    __tablename__ = "private_facet_refreshes"
    __table_args__ = refresh_arguments("private_facet")


class CreatorTagColumns:
    """How many of a user's items carry a tag."""

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    tag_id: Mapped[UUID] = mapped_column(primary_key=True)
    count: Mapped[int]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class CreatorRegularTagStats(CreatorTagColumns, Base):
    """The cached counts of a user's regular items that carry a tag."""

    __tablename__ = "creator_regular_tag_stats"


class CreatorRegularTagRefresh(RefreshColumns, Base):
    """The record of the refreshes of `creator_regular_tag_stats`."""

    __tablename__ = "creator_regular_tag_refreshes"
    __table_args__ = refresh_arguments("creator_regular_tag")


class CreatorAutoTagStats(CreatorTagColumns, Base):
    """The cached counts of a user's auto items that carry a tag."""

    __tablename__ = "creator_auto_tag_stats"


class CreatorAutoTagRefresh(RefreshColumns, Base):
    """The record of the refreshes of `creator_auto_tag_stats`."""

    __tablename__ = "creator_auto_tag_refreshes"
    __table_args__ = refresh_arguments("creator_auto_tag")


facet_deltas = [
    Table(
        f"{count}_deltas",
        Base.metadata,
        Column("user_id", Uuid),
        Column("facet", Text, nullable=False),
        Column("delta", BigInteger, nullable=False),
    )
    for count in ("facet", "private_facet")
]
creator_tag_deltas = [
    Table(
        f"creator_{source}_tag_deltas",
        Base.metadata,
        Column("user_id", Uuid, nullable=False),
        Column("tag_id", Uuid, nullable=False),
        Column("delta", BigInteger, nullable=False),
    )
    for source in PARTITIONS
]
