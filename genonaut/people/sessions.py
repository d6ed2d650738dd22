"""Sessions of browsers: begun, listed and ended. One that is ended is refused at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from genonaut.db.schema import UserSession
from genonaut.people.addresses import shown_address
from genonaut.people.secret_keys import digest, new_secret
from genonaut.people.statements import SQL

MOST_SESSIONS: Final = 100
"""Of one user: beginning another ends the one that was unused for the longest time."""
_LONGEST_AGENT: Final = 200


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session that has just begun. Its secret is for the cookie, and is kept nowhere else."""

    id: UUID
    secret: str


class Sessions:
    """The sessions of users. One ends when it was not used for some `days`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def begin(
        self, user_id: UUID, days: float, address: str | None, agent: str | None
    ) -> NewSession:
        """A new session, in place of the user's oldest if there are too many."""
        self._session.execute(
            SQL["keep_newest_sessions"], {"user_id": user_id, "most": MOST_SESSIONS - 1}
        )
        secret = new_secret()
        row = {
            "token_hash": digest(secret),
            "user_id": user_id,
            "expires_at": func.now() + timedelta(days=days),
            "address": shown_address(address),
            "agent": (agent or "").replace("\0", "")[:_LONGEST_AGENT],
        }
        begun = insert(UserSession).values(row).returning(UserSession.id)
        return NewSession(self._session.execute(begun).scalar_one(), secret)

    def of_user(self, user_id: UUID) -> Sequence[UserSession]:
        """A user's sessions, the last used first."""
        mine = UserSession.user_id == user_id, UserSession.expires_at > func.now()
        newest = select(UserSession).where(*mine).order_by(UserSession.last_seen_at.desc())
        return self._session.scalars(newest.limit(MOST_SESSIONS)).all()

    def end(self, user_id: UUID, session_id: UUID) -> bool:
        """End one of a user's sessions; false if the user has no such session."""
        mine = UserSession.user_id == user_id, UserSession.id == session_id
        ended = self._session.execute(delete(UserSession).where(*mine).returning(UserSession.id))
        return ended.first() is not None

    def end_all(self, user_id: UUID, but: UUID | None = None) -> int:
        """End a user's sessions, perhaps all but one; return how many ended."""
        those = delete(UserSession).where(UserSession.user_id == user_id)
        if but is not None:
            those = those.where(UserSession.id != but)
        return len(self._session.execute(those.returning(UserSession.id)).all())

    def end_secret(self, secret: str) -> None:
        """End the session of a cookie, if it is one."""
        those = delete(UserSession).where(UserSession.token_hash == digest(secret))
        self._session.execute(those)

    def touch(self, session_id: UUID, days: float) -> None:
        """Note that a session was used, so it lasts for the whole time again."""
        given = {"id": session_id, "seconds": timedelta(days=days).total_seconds()}
        self._session.execute(SQL["touch_session"], given)
