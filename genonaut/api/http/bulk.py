"""Doing something to many items of a request: few at once, in transactions of a bounded size."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Final, TypeVar
from uuid import UUID

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from genonaut.api.gallery.query import GalleryQuery
from genonaut.api.http.identities import get_actor, get_identity
from genonaut.api.http.transactions import in_transaction
from genonaut.api.repositories.bulk_repository import BulkRepository
from genonaut.api.services.bulk_actions import Action, Deleting, Sender
from genonaut.api.services.bulk_service import (
    MOST_AT_ONCE,
    MOST_OF_A_LIST,
    STATEMENT_SECONDS,
    Done,
    Failed,
    ListChanged,
    Target,
    do,
    ids_of,
)
from genonaut.api.services.deletion_service import DeletionService, Undone
from genonaut.content.viewer import Viewer
from genonaut.errors import GenonautError
from genonaut.people.audit import Action as Recorded
from genonaut.people.audit import Actor, record
from genonaut.people.identity import OPEN

AT_ONCE: Final = 2
"""Of one process: each has one of its places at the database for as long as it takes."""
Found = TypeVar("Found")


async def perform(
    request: Request, sender: Sender, action: Action, target: Target
) -> Done | ListChanged:
    """Do something to items, and list those that it could not be done to.

    Up to `MOST_AT_ONCE` of them are one transaction: all that is possible is done, or nothing. More
    are several, and one that fails is listed item by item. An action that has its batch already was
    sent twice, and is not done again.

    Raises:
        ContentTooLargeError: the list has too many items.
        GenonautError: the only transaction failed.
    """
    actor = await get_actor(request, await get_identity(request))
    async with request.app.state.bulk_limiter.slot():
        if known := await in_transaction(request, partial(_known, sender, action)):
            return known
        ids = await _ids(request, sender.eyes, target)
        changed = target.query is not None and not target.go_on and len(ids) != target.expected
        if changed:
            return ListChanged(len(ids))
        work = partial(_do, sender, action, actor)
        if len(ids) <= MOST_AT_ONCE:
            return await in_transaction(request, partial(work, ids))
        done = Done()
        for begin in range(0, len(ids), MOST_AT_ONCE):
            done += await _part(request, work, ids[begin : begin + MOST_AT_ONCE])
        return done


async def undo(request: Request, sender: Sender, batch: UUID) -> Undone:
    """Put back what was deleted together.

    Raises:
        NotFoundError: the sender deleted no such batch, or too long ago.
    """
    actor = await get_actor(request, await get_identity(request))

    def put_back(session: Session) -> Undone:
        BulkRepository(session).take_time(STATEMENT_SECONDS)
        undone = DeletionService(session).undo_together(batch, sender.user_id)
        _record(session, actor, "item-restored", undone.done)
        return undone

    async with request.app.state.bulk_limiter.slot():
        return await in_transaction(request, put_back)


async def read_list(request: Request, eyes: Viewer, query: GalleryQuery, most: int) -> list[int]:
    """The ids of a list, of one snapshot.

    Raises:
        ContentTooLargeError: there are more than `most`.
    """
    settings = request.app.state.settings.gallery

    def found(session: Session) -> list[int]:
        return ids_of(session, settings, eyes, query, most)

    return await in_snapshot(request, found, is_search=bool(query.search.strip()))


async def in_snapshot(
    request: Request, work: Callable[[Session], Found], *, is_search: bool = False
) -> Found:
    """Read something in a snapshot of its own, as soon as a place at the database is free."""

    def read() -> Found:
        with request.app.state.database.snapshot() as session:
            return work(session)

    async with _place(request, is_search=is_search):
        return await run_in_threadpool(read)


@asynccontextmanager
async def _place(request: Request, *, is_search: bool) -> AsyncIterator[None]:
    state = request.app.state
    async with AsyncExitStack() as held:
        if is_search:
            await held.enter_async_context(state.search_limiter.slot())
        await held.enter_async_context(state.limiter.slot())
        yield


async def _ids(request: Request, eyes: Viewer, target: Target) -> Sequence[int]:
    if target.query is None:
        return target.ids
    return await read_list(request, eyes, target.query, MOST_OF_A_LIST)


async def _part(
    request: Request, work: Callable[[Sequence[int], Session], Done], ids: Sequence[int]
) -> Done:
    """One of several transactions: what it could not do is listed, and the others go on."""
    try:
        return await in_transaction(request, partial(work, ids))
    except GenonautError:
        return Done(failed=tuple(Failed(one, "failed") for one in ids))


def _known(sender: Sender, action: Action, session: Session) -> Done | None:
    if not isinstance(action, Deleting):
        return None
    items = DeletionService(session).undoable_together(action.batch, sender.user_id)
    return Done(items, batch=action.batch) if items else None


def _do(sender: Sender, action: Action, actor: Actor, ids: Sequence[int], session: Session) -> Done:
    done = do(session, sender, action, ids)
    if not isinstance(action, Deleting):
        return done
    _record(session, actor, "item-deleted", done.done)
    return Done(done.done, done.failed, action.batch if done.done else None)


def _record(session: Session, actor: Actor, action: Recorded, items: int) -> None:
    if items and actor.via != OPEN.via:
        record(session, actor, action, f"{items:,} items")
