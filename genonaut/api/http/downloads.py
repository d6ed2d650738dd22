"""Downloads of many pictures: few at once, and each for as long as its client reads.

No place at the database is held meanwhile: first the ids are read, then each item by itself, when
its turn has come. So what has become private by then is not sent.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, aclosing
from datetime import UTC, datetime
from functools import partial
from typing import Final

import structlog
from fastapi import Request
from fastapi.responses import StreamingResponse
from sqlalchemy.orm import Session
from starlette.types import Message, Receive, Scope, Send

from genonaut.api.http.bulk import in_snapshot, read_list
from genonaut.api.http.zipping import MOST_BYTES, Originals, zipped
from genonaut.api.services.bulk_service import MOST_AT_ONCE, Target
from genonaut.api.services.originals import Original, bytes_of, open_original
from genonaut.content.viewer import Viewer
from genonaut.errors import ContentTooLargeError, OverloadedError

AT_ONCE: Final = 4
"""Of one process. A further client is told so at once."""
STILL_SECONDS: Final = 60.0
"""Without the client reading anything."""
SECONDS: Final = 6 * 3600.0
BUSY_SECONDS: Final = 1.0
"""Until the next item is asked for again, when the requests of others come first."""

log = structlog.stdlib.get_logger(__name__)


class ZipResponse(StreamingResponse):
    """An archive, as fast as its client reads; what it holds is given back at its end."""

    def __init__(self, pieces: AsyncGenerator[bytes, None], held: AsyncExitStack) -> None:
        name = f"genonaut-{datetime.now(UTC):%Y-%m-%d}.zip"
        super().__init__(
            pieces,
            media_type="application/zip",
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": "private, no-store",
            },
        )
        self._pieces = pieces
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, and stop when the client has gone."""
        async with self._held, aclosing(self._pieces):
            self._scope = scope
            await super().__call__(scope, receive, send)

    async def stream_response(self, send: Send) -> None:
        """Send it in time; a client that reads nothing is left, as one that reads for too long."""

        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(STILL_SECONDS):
                await send(message)

        try:
            async with asyncio.timeout(SECONDS):
                await self._send_all(send_in_time)
        except TimeoutError:
            log.info("download ended", reason="its client did not read it in time")

    async def _send_all(self, send: Send) -> None:
        headers = self.raw_headers
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if self._scope["method"] != "HEAD":  # as it is again by now: see manners.py
            async for piece in self._pieces:
                if piece:
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def download(
    request: Request, eyes: Viewer, target: Target, *, sidecars: bool
) -> ZipResponse:
    """The pictures of items that the viewer may see, as a zip.

    Raises:
        OverloadedError: as many downloads as there may be are under way.
        ContentTooLargeError: there are too many items, or their files are too large.
    """
    async with AsyncExitStack() as held:
        await held.enter_async_context(request.app.state.download_limiter.slot())
        ids = list(target.ids)
        if target.query:
            ids = await read_list(request, eyes, target.query, MOST_AT_ONCE)
        await _check_size(request, ids)
        originals = _originals(request, eyes, ids)
        return ZipResponse(zipped(originals, sidecars=sidecars), held.pop_all())


async def _check_size(request: Request, ids: list[int]) -> None:
    size = await in_snapshot(request, partial(bytes_of, ids=ids))
    if size > MOST_BYTES:
        raise ContentTooLargeError(
            f"The pictures have {size >> 30} GiB, and a download may have {MOST_BYTES >> 30}: "
            "download them in parts."
        )


async def _originals(request: Request, eyes: Viewer, ids: list[int]) -> Originals:
    library = request.app.state.uploads.library
    for one in dict.fromkeys(ids):

        def opened(session: Session, item_id: int = one) -> Original | None:
            return open_original(session, library, eyes, item_id)

        yield one, await _in_its_turn(request, opened)


async def _in_its_turn(
    request: Request, opened: Callable[[Session], Original | None]
) -> Original | None:
    """An item as soon as there is a place for it: a download that has begun waits for others."""
    while True:
        try:
            return await in_snapshot(request, opened)
        except OverloadedError:
            await asyncio.sleep(BUSY_SECONDS)
