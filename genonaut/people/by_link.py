"""One-time links: with one, a user chooses a password, or the first administrator also a name."""

from genonaut.db.schema import User
from genonaut.errors import ConflictError, NotFoundError
from genonaut.people.accounts import TURN, Accounts
from genonaut.people.audit import Actor
from genonaut.people.identity import ADMIN
from genonaut.people.links import Links


class LinkedAccounts(Accounts):
    """Accounts by their links. When a link is used, the recorded actor is the user whose it is."""

    def make_link(self, user: User) -> str:
        """Make a link with which a user chooses a password, once. Returns its path.

        Raises:
            ConflictError: the user is disabled.
        """
        if user.disabled_at is not None:
            raise ConflictError(f"{user.username} is disabled: enable the account first.")
        self._record("password-link-made", user)
        return Links(self._session).make("password", user.id)

    def use_link(self, secret: str, password_hash: str) -> None:
        """Give the user of a link a password.

        Raises:
            NotFoundError: the link is not valid any more.
        """
        user_id = Links(self._session).use(secret, "password")
        assert user_id is not None  # noqa: S101 - the table says so
        user = self.get(user_id)
        self._actor = Actor(user.id, user.username, "link", self._actor.address)
        self.set_password(user, password_hash)

    def set_up(self, secret: str, username: str, password_hash: str) -> User:
        """Make the first administrator, by the link that is printed while there is none.

        Raises:
            NotFoundError: the link is not valid any more.
            ConflictError: another account has the name.
        """
        self._session.execute(TURN)
        Links(self._session).use(secret, "setup")
        if self.has_admin():
            raise NotFoundError("There is an administrator already: sign in, or ask one.")
        user = self._free_or_new(username)
        self._change(user, role=ADMIN, password_hash=password_hash, disabled_at=None)
        self._actor = Actor(user.id, user.username, "link", self._actor.address)
        self._record("set-up", user)
        return user

    def _free_or_new(self, username: str) -> User:
        user = self.named(username)
        if user is None:
            return self.add(username)
        if user.password_hash is not None or user.identities:
            raise ConflictError(f"There is an account named {username!r} already.")
        return user
