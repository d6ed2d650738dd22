"""What users have searched for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Identity, Index, String, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from genonaut.db.schema.base import Base, owner


class SearchEntry(Base):
    """A search of a user, however often it was made. It is for that user's eyes alone."""

    __tablename__ = "search_history"
    __table_args__ = (
        UniqueConstraint("user_id", "search_query", name="search_history_once"),
        Index(
            "idx_search_history_newest", "user_id", text("last_searched_at DESC"), text("id DESC")
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    user_id: Mapped[UUID] = owner()
    search_query: Mapped[str] = mapped_column(String(500))
    search_count: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    last_searched_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
