"""The record of who did what, for administrators. It holds names and numbers, and no secret."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from genonaut.db.schema import AuditEntry
from genonaut.people.addresses import shown_address
from genonaut.people.identity import Identity
from genonaut.people.statements import SQL

Action = Literal[
    "sign-in",
    "sign-in-failed",
    "sign-out",
    "session-ended",
    "set-up",
    "password-changed",
    "password-link-made",
    "token-added",
    "token-revoked",
    "user-added",
    "user-changed",
    "user-renamed",
    "role-changed",
    "user-disabled",
    "user-enabled",
    "identity-bound",
    "identity-unbound",
    "item-deleted",
    "item-restored",
    "tag-renamed",
    "tag-merged",
    "tag-deleted",
    "album-shared",
    "album-unshared",
]
KEPT_DAYS: Final = 90
KEPT_ENTRIES: Final = 100_000
PRUNED: Final = ("failures", "sessions", "links", "tokens", "searches", "audit")
_LONGEST_SUBJECT: Final = 300


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, by what means (`via`), and from which address."""

    user_id: UUID | None
    username: str | None
    via: str
    address: str | None = None

    @classmethod
    def of(cls, identity: Identity | None, address: str | None) -> "Actor":
        """The sender of a request."""
        if identity is None:
            return cls(None, None, "visitor", shown_address(address))
        name = identity.username or None
        return cls(identity.user_id, name, identity.via, shown_address(address))


COMMAND: Final = Actor(None, None, "command")
"""The operator, at the command line."""


def record(session: Session, actor: Actor, action: Action, subject: str | None = None) -> None:
    """Add an entry, in the transaction of what was done."""
    session.execute(
        insert(AuditEntry).values(
            actor_id=actor.user_id,
            actor=actor.username,
            via=actor.via,
            action=action,
            subject=subject and subject[:_LONGEST_SUBJECT],
            address=actor.address,
        )
    )


def page(
    session: Session,
    limit: int,
    before: int | None = None,
    actor_id: UUID | None = None,
    action: Action | None = None,
) -> Sequence[AuditEntry]:
    """Entries, the newest first; if asked, those before an entry, by an actor or of an action."""
    newest = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if before is not None:
        newest = newest.where(AuditEntry.id < before)
    if actor_id is not None:
        newest = newest.where(AuditEntry.actor_id == actor_id)
    if action is not None:
        newest = newest.where(AuditEntry.action == action)
    return session.scalars(newest).all()


def prune(session: Session) -> dict[str, int]:
    """Remove old entries and searches; sessions, tokens, links and failures that no longer count.

    Returns how many of each were removed.
    """
    given = {"days": KEPT_DAYS, "entries": KEPT_ENTRIES}
    return {
        what: session.execute(SQL[f"prune_{what}"], given).rowcount  # type: ignore[attr-defined]
        for what in PRUNED
    }
