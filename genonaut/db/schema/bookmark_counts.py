"""The counts of favourites and albums: stored counts, ledgers and refreshes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table, Uuid, func
from sqlalchemy.orm import Mapped, mapped_column

from genonaut.db.schema.base import Base
from genonaut.db.schema.bookmarks import LONGEST_KIND
from genonaut.db.schema.counts import RefreshColumns, refresh_arguments


class BookmarkStats(Base):
    """The cached counts of a user's favourites, by their kinds; a count of zero has no row."""

    __tablename__ = "bookmark_stats"

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(LONGEST_KIND), primary_key=True)
    count: Mapped[int]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class BookmarkRefresh(RefreshColumns, Base):
    """The record of the refreshes of `bookmark_stats`."""

    __tablename__ = "bookmark_refreshes"
    __table_args__ = refresh_arguments("bookmark")


class AlbumItemStats(Base):
    """The cached counts of an album's favourites, by their kinds."""

    __tablename__ = "album_item_stats"

    category_id: Mapped[UUID] = mapped_column(
        ForeignKey("bookmark_categories.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(LONGEST_KIND), primary_key=True)
    count: Mapped[int]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class AlbumItemRefresh(RefreshColumns, Base):
    """The record of the refreshes of `album_item_stats`."""

    __tablename__ = "album_item_refreshes"
    __table_args__ = refresh_arguments("album_item")


class AlbumStats(Base):
    """The cached counts of a user's albums, by who may see them."""

    __tablename__ = "album_stats"

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    visibility: Mapped[str] = mapped_column(String(10), primary_key=True)
    count: Mapped[int]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class AlbumRefresh(RefreshColumns, Base):
    """The record of the refreshes of `album_stats`."""

    __tablename__ = "album_refreshes"
    __table_args__ = refresh_arguments("album")


bookmark_deltas = Table(
    "bookmark_deltas",
    Base.metadata,
    Column("user_id", Uuid, nullable=False),
    Column("kind", String(LONGEST_KIND), nullable=False),
    Column("delta", BigInteger, nullable=False),
)
album_item_deltas = Table(
    "album_item_deltas",
    Base.metadata,
    Column("category_id", Uuid, nullable=False),
    Column("kind", String(LONGEST_KIND), nullable=False),
    Column("delta", BigInteger, nullable=False),
)
album_deltas = Table(
    "album_deltas",
    Base.metadata,
    Column("user_id", Uuid, nullable=False),
    Column("visibility", String(10), nullable=False),
    Column("delta", BigInteger, nullable=False),
)
