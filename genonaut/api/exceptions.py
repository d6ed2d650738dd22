"""The errors that a request can end with. One handler turns them into answers."""

from genonaut.errors import GenonautError


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
