"""Uploaded files become items, each by itself, in the way of an import."""

from collections.abc import Sequence

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from genonaut.api.entities import Uploaded
from genonaut.api.http.multipart import SentFile
from genonaut.api.repositories.content_repository import ContentRepository
from genonaut.api.repositories.user_repository import UserRepository
from genonaut.db.failures import explain
from genonaut.db.schema import AUTO, REGULAR
from genonaut.db.session import Database
from genonaut.errors import InvalidRequestError, NotFoundError, StorageFullError
from genonaut.ingest.loader import load_batch
from genonaut.ingest.pool import TakingPool
from genonaut.ingest.records import Reject
from genonaut.ingest.rows import DEFAULT_CREATOR, Defaults, ImportRow
from genonaut.ingest.taking import DiskFullReject, Manner
from genonaut.library.roots import Library
from genonaut.library.store import Store

Taken = Sequence[ImportRow | Reject]


def defaults_for(database: Database, fields: dict[str, str]) -> Defaults:
    """The creator and the source that a form names.

    Raises:
        InvalidRequestError: there is no such source.
        NotFoundError: there is no such user.
    """
    source = fields.get("source", "").strip() or REGULAR
    if source not in {REGULAR, AUTO}:
        raise InvalidRequestError("`source` is wrong: it is `regular` or `auto`.")
    wanted = fields.get("creator", "").strip()
    if wanted in {"", DEFAULT_CREATOR}:
        return Defaults(source=source)
    with database.transaction() as session:
        user = None if "\0" in wanted else UserRepository(session).find(wanted)
        if user is None:
            raise NotFoundError("There is no such `creator`: use a user's name or id.")
        return Defaults(user.username, source)


def take_files(
    pool: TakingPool, library: Library, store: Store, defaults: Defaults, files: Sequence[SentFile]
) -> list[ImportRow | Reject]:
    """What becomes of each file. They are read by other processes: one that dies is not this.

    Raises:
        StorageFullError: the disk is full.
    """
    manner = Manner(defaults, False, library.thumbnails, store=store, moves=True)
    small = [(str(file.path), file.name) for file in files if not file.is_too_large]
    taken = iter(pool.take_called(manner, small))
    rows = [_too_large(file) if file.is_too_large else next(taken) for file in files]
    if any(isinstance(row, DiskFullReject) for row in rows):
        raise StorageFullError
    return rows


def add_items(
    database: Database, library: Library, files: Sequence[SentFile], rows: Taken
) -> list[Uploaded]:
    """The items, each committed by itself.

    Raises:
        DatabaseError: the database cannot be used.
    """
    try:
        with database.engine.connect() as connection:
            return [
                _added(connection, library, file.name, row)
                for file, row in zip(files, rows, strict=True)
            ]
    except DBAPIError as error:
        raise explain(error, database.url) from error


def _added(
    connection: Connection, library: Library, name: str, row: ImportRow | Reject
) -> Uploaded:
    if isinstance(row, Reject):
        return Uploaded(name, "rejected", reason=row.reason)
    loaded = load_batch(connection, [row], library)
    with Session(connection) as session:
        found = ContentRepository(session).find_imported(row.source, row.import_key)
        session.rollback()
    if found is None:
        return Uploaded(name, "rejected", reason="deleted meanwhile: send it again")
    return Uploaded(name, "added" if loaded.items else "already_there", found)


def _too_large(file: SentFile) -> Reject:
    return Reject(file.name, None, "larger than a file may be")
