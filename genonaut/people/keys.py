"""A user's sessions and tokens, as the user manages them: each change is recorded."""

from uuid import UUID

from sqlalchemy.orm import Session

from genonaut.db.schema import User
from genonaut.errors import NotFoundError
from genonaut.people.audit import Actor, record
from genonaut.people.identity import Scope
from genonaut.people.sessions import Sessions
from genonaut.people.tokens import NewToken, Tokens


class Keys:
    """Adds and revokes tokens, and ends sessions."""

    def __init__(self, session: Session, actor: Actor) -> None:
        self._session = session
        self._actor = actor

    def add_token(self, user: User, name: str, scope: Scope, days: int | None) -> NewToken:
        """Add a token that expires after some days; None is never.

        Raises:
            InvalidRequestError: the scope is wider than the user's role.
            ConflictError: the user is disabled, or has too many.
        """
        added = Tokens(self._session).add(user, name, scope, days)
        record(self._session, self._actor, "token-added", f"{user.username} {added.token.prefix}")
        return added

    def revoke_token(self, user_id: UUID, username: str, token_id: UUID) -> None:
        """Revoke one of a user's tokens.

        Raises:
            NotFoundError: the user has no such token.
        """
        gone = Tokens(self._session).revoke(token_id, user_id)
        record(self._session, self._actor, "token-revoked", f"{username} {gone.prefix}")

    def end_session(self, user_id: UUID, session_id: UUID) -> None:
        """End one of a user's sessions.

        Raises:
            NotFoundError: the user has no such session.
        """
        if not Sessions(self._session).end(user_id, session_id):
            raise NotFoundError(f"There is no session {session_id}.")
        record(self._session, self._actor, "session-ended", str(session_id))

    def end_all_sessions(self, user_id: UUID) -> None:
        """End all of a user's sessions, that of this request too."""
        ended = Sessions(self._session).end_all(user_id)
        record(self._session, self._actor, "session-ended", f"all {ended}")
