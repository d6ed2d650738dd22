"""What can go wrong, as nouns.

The message of each error is one sentence that says what is wrong and what to do. The command
line prints it and ends with `exit_code`; the API answers with `status`. Nothing else in the
project decides on exit codes or on statuses of failures.
"""


class GenonautError(Exception):
    """Something went wrong that we can explain."""

    exit_code = 1
    status = 500

    def __str__(self) -> str:
        return super().__str__() or (type(self).__doc__ or "").strip()


class ConfigError(GenonautError):
    """A setting is wrong."""

    exit_code = 2


class UsageError(GenonautError):
    """The command was called in a way that makes no sense."""

    exit_code = 2


class UnreadableInputError(GenonautError):
    """A file cannot be read as what it should be."""

    exit_code = 4


class ServerStartError(GenonautError):
    """A server that we start ourselves does not start."""

    exit_code = 5
    status = 503


class PortInUseError(GenonautError):
    """Something else listens on the port that we want."""

    exit_code = 6


class DatabaseError(GenonautError):
    """The database cannot be used."""

    exit_code = 5
    status = 503


class DatabaseUnreachableError(DatabaseError):
    """Nothing answers at the database's address."""


class DatabaseTimeoutError(DatabaseError):
    """The database took longer than the time limit."""

    status = 504


class DatabaseBusyError(DatabaseError):
    """Others are changing the same rows."""


class SchemaOutdatedError(DatabaseError):
    """The database has another schema than this version of Genonaut."""


class ForbiddenError(GenonautError):
    """That is not for you to do."""

    status = 403


class NotFoundError(GenonautError):
    """There is no such thing."""

    status = 404


class ConflictError(GenonautError):
    """That exists already."""

    status = 409


class InvalidRequestError(GenonautError):
    """The request asks for something that cannot be."""

    status = 422


class InvalidCursorError(GenonautError):
    """The cursor is not one that belongs to this list."""

    status = 400
