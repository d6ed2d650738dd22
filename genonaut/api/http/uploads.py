"""Uploads: few at once, received into the library's own disk, then taken in like an import."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import cached_property
from typing import Final

from fastapi import HTTPException, Request
from fastapi.concurrency import contextmanager_in_threadpool, run_in_threadpool
from starlette.requests import ClientDisconnect

from genonaut.api.http.limiter import ConnectionLimiter
from genonaut.api.http.multipart import FormReader, UploadLimits
from genonaut.errors import (
    ContentTooLargeError,
    RequestTimeoutError,
    StorageFullError,
    is_disk_full,
)
from genonaut.ingest.pool import TakingPool
from genonaut.library.roots import Library
from genonaut.library.store import Store, clear_incoming, open_store

AT_ONCE: Final = 4


class Uploads:
    """The uploads of this process, and the processes that read what they bring."""

    def __init__(self, library: Library, limits: UploadLimits) -> None:
        self.library = library
        self.limits = limits
        # A client that would have to wait keeps its files, and is told so at once.
        self._places = ConnectionLimiter(AT_ONCE, patience=0)

    @cached_property
    def pool(self) -> TakingPool:
        """The processes; they begin with the first upload."""
        return TakingPool(self.library.processes)

    def clear(self) -> None:
        """Remove what uploads and thumbnails left that were killed."""
        with suppress(OSError):
            clear_incoming(self.library.folder)
            self.library.thumbnails.clear_unfinished()

    def close(self) -> None:
        """End the processes."""
        if "pool" in self.__dict__:
            self.pool.close()

    @asynccontextmanager
    async def receive(self, request: Request) -> AsyncIterator[tuple[Store, FormReader]]:
        """The store, and a request's form; what is not in the store by the end is removed.

        Raises:
            OverloadedError: all places are taken.
            ContentTooLargeError: it is beyond the limits.
            RequestTimeoutError: it comes too slowly.
            StorageFullError: the disk is full.
        """
        async with self._places.slot():
            _check_size(_announced(request), self.limits)
            opened = contextmanager_in_threadpool(_opened(self.library))
            async with opened as store:
                kind = request.headers.get("content-type", "")
                form = FormReader(kind, store.incoming, self.limits)
                try:
                    await self._read(request, form)
                finally:
                    form.close()
                yield store, form

    async def _read(self, request: Request, form: FormReader) -> None:
        limits, clock = self.limits, asyncio.get_running_loop().time
        started, size = clock(), 0
        try:
            async with asyncio.timeout(limits.still_seconds) as patience:
                async for piece in request.stream():
                    size += len(piece)
                    _check_size(size, limits)
                    await run_in_threadpool(form.feed, piece)
                    latest = started + limits.seconds + size / limits.slowest
                    patience.reschedule(min(clock() + limits.still_seconds, latest))
            form.end()
        except TimeoutError as error:
            raise RequestTimeoutError("The body comes too slowly: send it faster.") from error
        except ClientDisconnect as error:
            raise HTTPException(400) from error


@contextmanager
def full_disk_explained() -> Iterator[None]:
    """Says so if the disk is full.

    Raises:
        StorageFullError: it is.
    """
    try:
        yield
    except OSError as error:
        if is_disk_full(error):
            raise StorageFullError from error
        raise


@contextmanager
def _opened(library: Library) -> Iterator[Store]:
    with full_disk_explained(), open_store(library.folder) as store:
        yield store


def _announced(request: Request) -> int:
    announced = request.headers.get("content-length", "")
    return int(announced) if announced.isdecimal() else 0


def _check_size(size: int, limits: UploadLimits) -> None:
    if size > limits.bytes:
        raise ContentTooLargeError(
            f"The body is larger than {limits.bytes >> 20} MiB: send less at a time."
        )
