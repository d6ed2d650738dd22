"""Uploaded files become items, each by itself, in the way of an import."""

from collections.abc import Sequence
from typing import get_args

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from genonaut.api.entities import Uploaded
from genonaut.api.http.multipart import SentFile
from genonaut.api.repositories.content_repository import ContentRepository
from genonaut.api.repositories.user_repository import UserRepository
from genonaut.api.services.ownership import require_owner
from genonaut.content.viewer import EVERYTHING, Viewer
from genonaut.db.failures import explain
from genonaut.db.schema import AUTO, REGULAR, Visibility
from genonaut.db.session import Database
from genonaut.errors import InvalidRequestError, NotFoundError, StorageFullError
from genonaut.ingest.loader import load_batch
from genonaut.ingest.pool import TakingPool
from genonaut.ingest.records import Reject
from genonaut.ingest.rows import DEFAULT_CREATOR, Defaults, ImportRow
from genonaut.ingest.taking import DiskFullReject, Manner
from genonaut.library.roots import Library
from genonaut.library.store import Store
from genonaut.people.identity import Identity

Taken = Sequence[ImportRow | Reject]


def defaults_for(database: Database, fields: dict[str, str], identity: Identity) -> Defaults:
    """The creator, the source and the visibility that a form names.

    Raises:
        InvalidRequestError: there is no such source, or no such visibility.
        NotFoundError: there is no such user.
        ForbiddenError: a member names another user.
    """
    source = fields.get("source", "").strip() or REGULAR
    if source not in {REGULAR, AUTO}:
        raise InvalidRequestError("`source` is wrong: it is `regular` or `auto`.")
    visibility = _visibility(fields.get("visibility", "").strip())
    wanted = fields.get("creator", "").strip()
    own = identity.username or DEFAULT_CREATOR
    if wanted in {"", own}:
        return Defaults(own, source, visibility)
    with database.transaction() as session:
        user = None if "\0" in wanted else UserRepository(session).find(wanted)
        if user is None:
            raise NotFoundError("There is no such `creator`: use a user's name or id.")
        require_owner(identity, [user.id], "add files for another user")
        return Defaults(user.username, source, visibility)


def _visibility(written: str) -> Visibility | None:
    if not written:
        return None
    for known in get_args(Visibility):
        if written == known:
            found: Visibility = known
            return found
    raise InvalidRequestError("`visibility` is wrong: it is `public` or `private`.")


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
    viewer: Viewer, database: Database, library: Library, files: Sequence[SentFile], rows: Taken
) -> list[Uploaded]:
    """The items, each committed by itself.

    Raises:
        DatabaseError: the database cannot be used.
    """
    try:
        with database.engine.connect() as connection:
            return [
                _added(viewer, connection, library, file.name, row)
                for file, row in zip(files, rows, strict=True)
            ]
    except DBAPIError as error:
        raise explain(error, database.url) from error


def _added(
    viewer: Viewer, connection: Connection, library: Library, name: str, row: ImportRow | Reject
) -> Uploaded:
    if isinstance(row, Reject):
        return Uploaded(name, "rejected", reason=row.reason)
    loaded = load_batch(connection, [row], library)
    with Session(connection) as session:
        found = ContentRepository(session).find_imported(
            EVERYTHING, row.source, row.import_key, row.creator
        )
        session.rollback()
    if found is None:
        return Uploaded(name, "rejected", reason="deleted meanwhile: send it again")
    shown = found if viewer.may_see(found.visibility, found.creator_id) else None
    return Uploaded(name, "added" if loaded.items else "already_there", shown)


def _too_large(file: SentFile) -> Reject:
    return Reject(file.name, None, "larger than a file may be")
