"""Accounts: adding and changing users who may sign in."""

from typing import Final
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from genonaut.db.failures import conflict_if_taken
from genonaut.db.schema import User, Visibility
from genonaut.errors import ConflictError
from genonaut.people.audit import Action, Actor, record
from genonaut.people.identity import ADMIN, MEMBER, Role
from genonaut.people.links import Links
from genonaut.people.sessions import Sessions
from genonaut.people.tokens import Tokens
from genonaut.people.users import Users

# Changes to administrators take turns, so that no two at once remove the last two.
TURN: Final = select(func.pg_advisory_xact_lock(4_736_736_002))


class Accounts(Users):
    """Changes accounts, and records each change as the actor's."""

    def __init__(self, session: Session, actor: Actor) -> None:
        super().__init__(session)
        self._actor = actor

    def add(
        self,
        username: str,
        role: Role = MEMBER,
        email: str | None = None,
        password_hash: str | None = None,
    ) -> User:
        """Add a user.

        Raises:
            ConflictError: the name is taken.
        """
        row = {"role": role, "email": email, "password_hash": password_hash}
        statement = insert(User).values(username=username, **row).on_conflict_do_nothing()
        user = self._session.scalars(statement.returning(User)).one_or_none()
        if user is None:
            raise ConflictError(f"There is a user named {username!r} already.")
        self._record("user-added", user, role)
        return user

    def set_role(self, user: User, role: Role) -> None:
        """Make a user an administrator or a member.

        Raises:
            ConflictError: there would be no administrator.
        """
        if user.role == role:
            return
        if role != ADMIN:
            self._keep_an_admin(user)
        self._change(user, role=role)
        self._record("role-changed", user, role)

    def disable(self, user: User) -> None:
        """End a user's sessions, tokens and links, and let no new ones begin.

        Raises:
            ConflictError: there would be no administrator.
        """
        self._keep_an_admin(user)
        # This comes first: a sign-in that is about to begin a session holds this row. It is waited
        # for, so its session ends as well.
        self._change(user, disabled_at=func.coalesce(User.disabled_at, func.now()))
        Sessions(self._session).end_all(user.id)
        Tokens(self._session).revoke_all(user.id)
        Links(self._session).revoke(user.id)
        self._record("user-disabled", user)

    def enable(self, user: User) -> None:
        """Let a disabled user sign in again."""
        self._change(user, disabled_at=None)
        self._record("user-enabled", user)

    def set_email(self, user: User, email: str | None) -> None:
        """Change a user's e-mail address, which is for people: accounts are never found by it."""
        self._change(user, email=email)
        self._record("user-changed", user)

    def rename(self, user: User, username: str) -> None:
        """Give a user another name; entries of the record from before keep the earlier one.

        Raises:
            ConflictError: the name is taken.
        """
        before = user.username
        with conflict_if_taken(f"There is a user named {username!r} already."):
            self._change(user, username=username)
        record(self._session, self._actor, "user-renamed", f"{before} → {username}")

    def set_default_visibility(self, user: User, visibility: Visibility) -> None:
        """Choose who may see the items that the user adds without naming a visibility."""
        self._change(user, default_visibility=visibility)
        self._record("user-changed", user)

    def set_password(self, user: User, password_hash: str, but: UUID | None = None) -> None:
        """Give a user a password. All sessions end, except the one with the id `but`."""
        self._change(user, password_hash=password_hash)
        Sessions(self._session).end_all(user.id, but)
        Links(self._session).revoke(user.id)
        self._record("password-changed", user)

    def _change(self, user: User, **values: object) -> None:
        self._session.execute(
            update(User)
            .where(User.id == user.id)
            .values(values)
            .execution_options(synchronize_session=False)
        )
        self._session.refresh(user)

    def _keep_an_admin(self, user: User) -> None:
        self._session.execute(TURN)
        if set(self._admins()) == {user.id}:
            raise ConflictError(
                f"{user.username} is the only administrator: make another user one first."
            )

    def _record(self, action: Action, user: User, what: str = "") -> None:
        record(self._session, self._actor, action, f"{user.username} {what}".strip())
