"""What can go wrong with a count, besides what the database says."""


class WrongIsolationError(Exception):
    """The session's transaction is not READ COMMITTED."""
