"""What can go wrong, as nouns.

The message of an error is one sentence: what is wrong, and what to do. The command line prints it
and exits with `exit_code`; the API responds with `status`. Exit codes and statuses of failures are
decided here only.
"""

import errno


def is_disk_full(error: OSError) -> bool:
    """Whether there is no room, on the disk or for this account."""
    return error.errno in {errno.ENOSPC, errno.EDQUOT}


class GenonautError(Exception):
    """A failure that we can explain."""

    exit_code = 1
    status = 500

    def __str__(self) -> str:
        return super().__str__() or (type(self).__doc__ or "").strip()


class ConfigError(GenonautError):
    """A setting is wrong."""

    exit_code = 2


class UsageError(GenonautError):
    """The command's arguments are wrong."""

    exit_code = 2


class UnreadableInputError(GenonautError):
    """An input file cannot be read."""

    exit_code = 4


class ServerStartError(GenonautError):
    """A server does not start."""

    exit_code = 5
    status = 503


class PortInUseError(GenonautError):
    """Another process is listening on the port."""

    exit_code = 6


class AlreadyRunningError(GenonautError):
    """Another process serves this gallery."""

    exit_code = 6


class DatabaseError(GenonautError):
    """The database cannot be used."""

    exit_code = 5
    status = 503


class DatabaseUnreachableError(DatabaseError):
    """The database server cannot be reached."""


class DatabaseTimeoutError(DatabaseError):
    """The database took longer than the time limit."""

    status = 504


class DatabaseBusyError(DatabaseError):
    """Those rows are being changed by another request."""


class OverloadedError(GenonautError):
    """There are more requests than can be answered in time: try again in a moment."""

    exit_code = 5
    status = 503


class SchemaOutdatedError(DatabaseError):
    """The database schema does not match this version of Genonaut."""


class RequestTimeoutError(GenonautError):
    """The request comes too slowly."""

    status = 408


class MalformedBodyError(GenonautError):
    """The body is not what its header says."""

    status = 400


class StorageFullError(GenonautError):
    """The disk of the library is full: free some space on it, and send the files again."""

    exit_code = 5
    status = 507


class ContentTooLargeError(GenonautError):
    """The body is too large."""

    status = 413


class ForbiddenError(GenonautError):
    """You are not allowed to do that."""

    status = 403


class ReadOnlyError(ForbiddenError):
    """The gallery is read-only."""


class NotFoundError(GenonautError):
    """It does not exist."""

    status = 404


class ConflictError(GenonautError):
    """It already exists."""

    status = 409


class InvalidRequestError(GenonautError):
    """The request is invalid."""

    status = 422


class InvalidCursorError(GenonautError):
    """The cursor does not belong to this list."""

    status = 400
