"""Signing in: sessions, tokens and links, attempts, and the record of who did what."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, LargeBinary, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from genonaut.db.schema.base import Base, owner, random_id


class UserSession(Base):
    """A session of a browser; its secret is in that browser's cookie only."""

    __tablename__ = "sessions"
    __table_args__ = (Index("idx_sessions_user", "user_id"),)

    id: Mapped[UUID] = random_id()
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    user_id: Mapped[UUID] = owner()
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    address: Mapped[str] = mapped_column(String(50))
    agent: Mapped[str] = mapped_column(String(200))


class ApiToken(Base):
    """What a program proves itself with. `prefix` is how its owner recognises it."""

    __tablename__ = "api_tokens"
    __table_args__ = (
        CheckConstraint("scope IN ('metrics', 'read', 'write', 'admin')", name="api_tokens_scope"),
        Index("idx_api_tokens_user", "user_id"),
    )

    id: Mapped[UUID] = random_id()
    name: Mapped[str] = mapped_column(String(100))
    prefix: Mapped[str] = mapped_column(String(12))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    user_id: Mapped[UUID] = owner()
    scope: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class OneTimeLink(Base):
    """A link that works once: the first administrator's, or one to choose a password with."""

    __tablename__ = "one_time_links"
    __table_args__ = (
        CheckConstraint(
            "purpose = 'setup' AND user_id IS NULL OR purpose = 'password' AND user_id IS NOT NULL",
            name="one_time_links_purpose",
        ),
        Index("idx_one_time_links_user", "user_id"),
    )

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    purpose: Mapped[str] = mapped_column(String(10))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]


class SignInStart(Base):
    """A sign-in that is at a provider; its secret is in the browser's cookie only."""

    __tablename__ = "sign_in_starts"
    __table_args__ = (
        Index("idx_sign_in_starts_address", "address", "expires_at"),
        Index("idx_sign_in_starts_expires", "expires_at"),
    )

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    provider: Mapped[str] = mapped_column(String(40))
    back: Mapped[str] = mapped_column(String(2000))
    address: Mapped[str] = mapped_column(String(50))
    expires_at: Mapped[datetime]


class SignInFailure(Base):
    """An attempt to sign in that did not succeed, or is not finished."""

    __tablename__ = "sign_in_failures"
    __table_args__ = (
        Index("idx_sign_in_failures_address", "address", "at"),
        Index("idx_sign_in_failures_at", "at"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    account: Mapped[bytes] = mapped_column(LargeBinary)
    address: Mapped[str] = mapped_column(String(50))
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class AuditEntry(Base):
    """What was done, and by whom: the name stays when the user goes."""

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("idx_audit_log_at", "at"),
        Index("idx_audit_log_actor", "actor_id", text("id DESC")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    actor: Mapped[str | None] = mapped_column(String(255))
    via: Mapped[str] = mapped_column(String(10))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str | None] = mapped_column(String(300))
    address: Mapped[str | None] = mapped_column(String(50))
