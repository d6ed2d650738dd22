"""What the middlewares of the API share. `genonaut/app.py` has their order."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Pairs = Sequence[tuple[bytes, bytes]]


class HttpMiddleware(ABC):
    """ASGI middleware that handles HTTP requests and passes everything else through."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        handle = self.handle if scope["type"] == "http" else self.app
        return handle(scope, receive, send)

    @abstractmethod
    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""


class ObservedSend:
    """Sends a response on, with more headers, and knows its status: None until it begins.

    A response that has no `Cache-Control` gets the headers `about_caches` as well.
    """

    def __init__(self, send: Send, headers: Pairs = (), about_caches: Pairs = ()) -> None:
        self._send = send
        self._headers = headers
        self._about_caches = about_caches
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if self._headers:
                # A new list: a response may be an object that is sent more than once.
                headers = [*message.get("headers", ()), *self._headers]
                if all(name != b"cache-control" for name, _ in headers):
                    headers += self._about_caches
                message = {**message, "headers": headers}
        await self._send(message)
