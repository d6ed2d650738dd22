"""The counts of what is private: stored counts, ledgers and refreshes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Identity,
    Index,
    String,
    Table,
    Uuid,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from genonaut.db.schema.base import Base
from genonaut.db.schema.counts import RefreshColumns, refresh_arguments
from genonaut.db.schema.values import PARTITIONS


def total_arguments(count: str, key: str, category: str) -> tuple[Index, Index]:
    """The indexes of stored counts with a total."""
    # One row for each key and category, and one for each category's total, which has no key.
    is_total = f"{key} IS NULL"
    return (
        Index(
            f"idx_{count}_keys",
            key,
            category,
            unique=True,
            postgresql_where=text(f"{key} IS NOT NULL"),
        ),
        Index(f"idx_{count}_total", category, unique=True, postgresql_where=text(is_total)),
    )


class PrivateSourceStats(Base):
    """The cached counts of the private ones among the items that `gen_source_stats` counts."""

    __tablename__ = "private_source_stats"
    __table_args__ = total_arguments("private_source", "user_id", "source_type")

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    source_type: Mapped[str] = mapped_column(String(10))
    count: Mapped[int]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class PrivateSourceRefresh(RefreshColumns, Base):
    """The record of the refreshes of `private_source_stats`."""

    __tablename__ = "private_source_refreshes"
    __table_args__ = refresh_arguments("private_source")


class PrivateTagColumns:
    """How many private items carry a tag: a creator's, and without one, all creators'."""

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    user_id: Mapped[UUID | None]
    tag_id: Mapped[UUID]
    count: Mapped[int]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class PrivateRegularTagStats(PrivateTagColumns, Base):
    """The cached counts of the private regular items that carry a tag."""

    __tablename__ = "private_regular_tag_stats"
    __table_args__ = total_arguments("private_regular_tag", "user_id", "tag_id")


class PrivateRegularTagRefresh(RefreshColumns, Base):
    """The record of the refreshes of `private_regular_tag_stats`."""

    __tablename__ = "private_regular_tag_refreshes"
    __table_args__ = refresh_arguments("private_regular_tag")


class PrivateAutoTagStats(PrivateTagColumns, Base):
    """The cached counts of the private auto items that carry a tag."""

    __tablename__ = "private_auto_tag_stats"
    __table_args__ = total_arguments("private_auto_tag", "user_id", "tag_id")


class PrivateAutoTagRefresh(RefreshColumns, Base):
    """The record of the refreshes of `private_auto_tag_stats`."""

    __tablename__ = "private_auto_tag_refreshes"
    __table_args__ = refresh_arguments("private_auto_tag")


private_source_deltas = Table(
    "private_source_deltas",
    Base.metadata,
    Column("user_id", Uuid),
    Column("source_type", String(10), nullable=False),
    Column("delta", BigInteger, nullable=False),
)
private_tag_deltas = [
    Table(
        f"private_{source}_tag_deltas",
        Base.metadata,
        Column("user_id", Uuid),
        Column("tag_id", Uuid, nullable=False),
        Column("delta", BigInteger, nullable=False),
    )
    for source in PARTITIONS
]
