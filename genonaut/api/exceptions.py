"""The errors that a request can end with, under the name that other code imports them by."""

from genonaut.errors import (
    ConflictError,
    DatabaseBusyError,
    DatabaseError,
    DatabaseTimeoutError,
    DatabaseUnreachableError,
    ForbiddenError,
    GenonautError,
    InvalidCursorError,
    InvalidRequestError,
    NotFoundError,
    SchemaOutdatedError,
)

__all__ = [
    "ConflictError",
    "DatabaseBusyError",
    "DatabaseError",
    "DatabaseTimeoutError",
    "DatabaseUnreachableError",
    "ForbiddenError",
    "GenonautError",
    "InvalidCursorError",
    "InvalidRequestError",
    "NotFoundError",
    "SchemaOutdatedError",
]
