"""The driver's errors when the database cannot be used, as sentences that say what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, IntegrityError

from genonaut.errors import (
    ConflictError,
    DatabaseBusyError,
    DatabaseError,
    DatabaseTimeoutError,
    DatabaseUnreachableError,
)

BUSY = "Those rows are being changed by another request. Try again."
FAILURES: dict[type[psycopg.Error], tuple[type[DatabaseError], str]] = {
    psycopg.errors.QueryCanceled: (
        DatabaseTimeoutError,
        "The database took longer than the time limit. Try again.",
    ),
    psycopg.errors.DeadlockDetected: (DatabaseBusyError, BUSY),
    psycopg.errors.SerializationFailure: (DatabaseBusyError, BUSY),
    # What was there when it was looked for is gone: where items are spread, it is not locked.
    psycopg.errors.ForeignKeyViolation: (DatabaseBusyError, BUSY),
    psycopg.errors.ReadOnlySqlTransaction: (
        DatabaseError,
        "The database is read-only: a standby, or `default_transaction_read_only` is on. Use the "
        "primary, or turn that off.",
    ),
    psycopg.errors.LockNotAvailable: (
        DatabaseBusyError,
        "Another transaction has held a lock for too long. Try again when it is done.",
    ),
}
NODE = "connection to the remote node"  # as Citus says it
POOLERS = {
    "unsupported startup parameter": "unset PGOPTIONS and take the parameters out of DATABASE_URL, "
    "or connect to PostgreSQL directly",
    "statement pooling": "set `pool_mode = transaction` there and DB_POOLER=transaction here, or "
    "connect to PostgreSQL directly",
}


def explain(failure: DBAPIError | psycopg.Error, url: URL) -> DatabaseError:
    """The error to raise instead of SQLAlchemy's or the driver's. Never names the password."""
    error = failure.orig if isinstance(failure, DBAPIError) else failure
    invalidated = isinstance(failure, DBAPIError) and failure.connection_invalidated
    server = where(url)
    reason = str(error)
    for kind, (noun, sentence) in FAILURES.items():
        if isinstance(error, kind):
            return noun(sentence)
    if refusal := _refusal(error, url):
        return DatabaseError(f"The database server at {server} {refusal}.")
    if remedy := next((POOLERS[words] for words in POOLERS if words in reason), None):
        return DatabaseError(f"The pooler at {server} refuses us ({_last_line(reason)}): {remedy}.")
    if "database" in reason and "does not exist" in reason:
        return DatabaseError(
            f"There is no database {url.database!r} at {server}: create it with "
            f"`createdb {url.database}`, or correct DB_NAME."
        )
    if invalidated or _is_about_the_connection(error):
        return DatabaseUnreachableError(_unreachable(error, server))
    return DatabaseError(f"The database failed: {_primary_message(error)}.")


def _unreachable(error: BaseException | None, server: str) -> str:
    message = _primary_message(error)
    if message.startswith(NODE):
        node = message.removeprefix(NODE).partition(" failed")[0].strip()
        return (
            f"A node of the distributed gallery, {node}, cannot be reached: start it, and look at "
            "`genonaut db nodes`."
        )
    return (
        f"The database server at {server} cannot be reached: start it, or correct DB_HOST and "
        f"DB_PORT, or DATABASE_URL ({_last_line(str(error))})."
    )


def where(url: URL) -> str:
    """The server's address, as messages name it; all of them, if it names several."""
    hosts = str(url.host or url.query.get("host") or "the local socket").split(",")
    ports = str(url.port or url.query.get("port") or 5432).split(",")
    ports *= len(hosts) if len(ports) == 1 else 1
    return ", ".join(f"{host}:{port}" for host, port in zip(hosts, ports, strict=False))


def _refusal(error: BaseException | None, url: URL) -> str | None:
    reason = str(error)
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return (
            f"refuses that to the role {url.username!r} ({_primary_message(error)}): connect as a "
            "role that may, or run `genonaut db roles --apply` as the owner of the tables"
        )
    if "authentication method requirement" in reason:
        return (
            "asks for the password in clear, which is only sent with TLS: add "
            "sslmode=verify-full to DATABASE_URL, or, if the network is safe, set "
            "PGREQUIREAUTH=password"
        )
    if "password authentication failed" not in reason and "no password supplied" not in reason:
        return None
    if "passfile" in url.query:
        return f"refused the password in {url.query['passfile']}: if it has just started, try again"
    return f"refused the user {url.username!r}: correct DB_USER and DB_PASSWORD, or DATABASE_URL"


@contextmanager
def conflict_if_taken(sentence: str) -> Iterator[None]:
    """For a change to something unique, which another writer may take first.

    Raises:
        ConflictError: it is taken; the transaction can only be rolled back.
    """
    try:
        yield
    except IntegrityError as error:
        if isinstance(error.orig, psycopg.errors.UniqueViolation):
            raise ConflictError(sentence) from error
        raise


def _is_about_the_connection(error: BaseException | None) -> bool:
    # Without a code no server responded; 08 is "connection exception", 57P "the server shuts down".
    if not isinstance(error, psycopg.OperationalError):
        return False
    return error.sqlstate is None or error.sqlstate.startswith(("08", "57P"))


def _primary_message(error: BaseException | None) -> str:
    # The first line only: the next ones may quote what users wrote.
    message = error.diag.message_primary if isinstance(error, psycopg.Error) else None
    return message or _last_line(str(error))


def _last_line(reason: str) -> str:
    lines = [line.strip() for line in reason.splitlines() if line.strip()] or ["no reason given"]
    return next((line for line in lines if "failed" in line or "refused" in line), lines[-1])
