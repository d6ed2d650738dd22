"""Users, and their accounts at other services."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from genonaut.db.schema.base import Base, known_visibility, owner, random_id
from genonaut.db.schema.values import PUBLIC


class User(Base):
    """A creator of items; with a password or an identity elsewhere, an account as well."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("role IN ('admin', 'member')", name="users_role"),
        known_visibility("default_visibility", "users"),
        # Suggestions while one types: by the letters' numbers (COLLATE "C").
        Index("idx_users_search_name", text("search_name(username)")),
    )

    id: Mapped[UUID] = random_id()
    username: Mapped[str] = mapped_column(String(255), unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    # For items that the user adds without saying who may see them.
    default_visibility: Mapped[str] = mapped_column(String(10), server_default=PUBLIC)
    # Deferred: what reads users for their names has no use for it.
    password_hash: Mapped[str | None] = mapped_column(String(255), deferred=True)
    role: Mapped[str] = mapped_column(String(10), server_default="member")
    disabled_at: Mapped[datetime | None]
    email: Mapped[str | None] = mapped_column(String(320))
    keeps_searches: Mapped[bool] = mapped_column(server_default=text("true"))
    identities: Mapped[list["ForeignIdentity"]] = relationship(viewonly=True)


class ForeignIdentity(Base):
    """A user's account at another service, by which the user can sign in."""

    __tablename__ = "identities"
    __table_args__ = (Index("idx_identities_user", "user_id"),)

    issuer: Mapped[str] = mapped_column(String(500), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    user_id: Mapped[UUID] = owner()
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
