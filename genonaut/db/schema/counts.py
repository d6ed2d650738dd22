"""The counts of everything: stored counts, ledgers and refreshes; and how the gallery grew."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    String,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from genonaut.db.schema.base import Base


class GenSourceStats(Base):
    """The cached counts. A row without a user is the community's; a count of zero has no row."""

    __tablename__ = "gen_source_stats"
    __table_args__ = (
        CheckConstraint("source_type IN ('regular', 'auto')", name="gen_source_stats_source_type"),
        Index(
            "idx_gen_source_stats_user_src",
            "user_id",
            "source_type",
            unique=True,
            postgresql_where=text("user_id IS NOT NULL"),
        ),
        Index(
            "idx_gen_source_stats_community",
            "source_type",
            unique=True,
            postgresql_where=text("user_id IS NULL"),
        ),
        Index(
            "idx_gen_source_largest",
            "source_type",
            text("count DESC"),
            postgresql_where=text("user_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    source_type: Mapped[str] = mapped_column(String(10))
    count: Mapped[int]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class RefreshColumns:
    """What one refresh found. The last one that did not fail verified the counts."""

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    started_at: Mapped[datetime]
    duration_seconds: Mapped[float]
    requested_by: Mapped[str] = mapped_column(String(50))
    outcome: Mapped[str] = mapped_column(String(10))
    rows_checked: Mapped[int] = mapped_column(server_default=text("0"))
    rows_wrong: Mapped[int] = mapped_column(server_default=text("0"))
    largest_error: Mapped[int] = mapped_column(server_default=text("0"))
    worst: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    error: Mapped[str | None] = mapped_column(Text)
    totals: Mapped[dict[str, int]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))


def refresh_arguments(count: str) -> tuple[CheckConstraint, Index]:
    """The constraint and the index of a record of refreshes."""
    return (
        CheckConstraint(
            "outcome IN ('built', 'exact', 'repaired', 'failed')", name=f"{count}_refreshes_outcome"
        ),
        Index(f"idx_{count}_refreshes_good", "id", postgresql_where=text("outcome <> 'failed'")),
    )


class GenSourceRefresh(RefreshColumns, Base):
    """The record of the refreshes of `gen_source_stats`."""

    __tablename__ = "gen_source_refreshes"
    __table_args__ = refresh_arguments("gen_source")


class TagCardinalityStats(Base):
    """The cached counts of the items that have a tag; a count of zero has no row."""

    __tablename__ = "tag_cardinality_stats"
    __table_args__ = (
        Index("idx_tag_cardinality_largest", "content_source", text("cardinality DESC")),
    )

    tag_id: Mapped[UUID] = mapped_column(
        ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True
    )
    content_source: Mapped[str] = mapped_column(String(10), primary_key=True)
    cardinality: Mapped[int]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class TagCardinalityRefresh(RefreshColumns, Base):
    """The record of the refreshes of `tag_cardinality_stats`."""

    __tablename__ = "tag_cardinality_refreshes"
    __table_args__ = refresh_arguments("tag_cardinality")


class GrowthPoint(Base):
    """How many items there were at a refresh, all of them and the private ones among them."""

    __tablename__ = "growth_points"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    regular: Mapped[int]
    auto: Mapped[int]
    private_regular: Mapped[int]
    private_auto: Mapped[int]


# A ledger has no key, so it is a plain table and not a model.
gen_source_deltas = Table(
    "gen_source_deltas",
    Base.metadata,
    Column("user_id", Uuid),
    Column("source_type", String(10), nullable=False),
    Column("delta", BigInteger, nullable=False),
)
tag_cardinality_deltas = Table(
    "tag_cardinality_deltas",
    Base.metadata,
    Column("tag_id", Uuid, nullable=False),
    Column("content_source", String(10), nullable=False),
    Column("delta", BigInteger, nullable=False),
)
