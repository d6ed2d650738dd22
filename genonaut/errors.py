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
    retry_seconds = 1
    """After which the client may try again."""


class StreamsFullError(OverloadedError):
    """As many streams are open as this process may have (`api.live-streams`): try again later."""

    retry_seconds = 30


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


class NotSignedInError(GenonautError):
    """Sign in first, or send a token that is valid."""

    status = 401


class InvalidTokenError(NotSignedInError):
    """The token is not valid: it has expired, was revoked, or is mistyped."""


class SignInFailedError(NotSignedInError):
    """The name or the password is wrong."""


class SignInExpiredError(GenonautError):
    """The sign-in was used, is older than ten minutes, or began elsewhere: begin it again."""

    status = 400


class ProviderError(GenonautError):
    """The sign-in provider cannot be reached, or its response is not valid: try again later."""

    exit_code = 5
    status = 502


class ProviderTimeoutError(ProviderError):
    """The sign-in provider took longer than the time limit: try again later."""

    status = 504


class ProxyHeaderError(GenonautError):
    """The proxy in front of the gallery does not say clearly who sends this request."""

    status = 400


class InsufficientScopeError(ForbiddenError):
    """The scope of this token does not allow that: use another one."""


class TooManyAttemptsError(GenonautError):
    """Too many attempts failed: wait a minute, and try again."""

    status = 429

    def __init__(self, *, whole_address: bool = False) -> None:
        super().__init__()
        self.whole_address = whole_address


class TooManyStreamsError(GenonautError):
    """You have as many streams open as one may have: close one, or try again in a minute."""

    status = 429


class NotFoundError(GenonautError):
    """It does not exist."""

    status = 404


class ConflictError(GenonautError):
    """It already exists."""

    status = 409


class PreconditionFailedError(GenonautError):
    """It has changed since it was read."""

    status = 412


class InvalidRequestError(GenonautError):
    """The request is invalid."""

    status = 422


class InvalidCursorError(GenonautError):
    """The cursor does not belong to this list."""

    status = 400
