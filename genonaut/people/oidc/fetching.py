"""Requests to a provider, limited in bytes and in time.

A provider is another machine, and may be out of order: what it sends is never held in memory beyond
a limit, and what it does not send is not waited for. No redirect is followed, and no cookie kept.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final

import httpx2
from authlib.common.errors import AuthlibBaseError
from pydantic_core import from_json

from genonaut.errors import OverloadedError, ProviderError, ProviderTimeoutError

SECONDS: Final = 10.0
"""How long a provider may take for everything that one request of a browser needs of it."""
MOST_BYTES: Final = 256 * 1024
AT_ONCE: Final = 8
"""How many requests may be at one provider. Further ones are refused at once."""
_USER_AGENT: Final = "Genonaut"
_GARBAGE: Final = (
    *(httpx2.InvalidURL, AuthlibBaseError),
    *(ValueError, TypeError, KeyError, OverflowError, RecursionError),
)
"""What the libraries raise about a response that makes no sense."""


class UnusableError(ValueError):
    """A response cannot be used. The message is in our own words, and quotes nothing of it."""


class _Counted(httpx2.AsyncByteStream):
    """A body that is counted as it is read. Beyond the limit, reading fails."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        number = 0
        async for chunk in self._stream:
            number += len(chunk)
            if number > MOST_BYTES:
                raise UnusableError(f"it is larger than {MOST_BYTES >> 10} KiB")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


class BoundedTransport(httpx2.AsyncBaseTransport):
    """Connections to providers; what comes over them is counted as it comes."""

    def __init__(self) -> None:
        self._inner = httpx2.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        # A few compressed bytes may become many.
        request.headers["Accept-Encoding"] = "identity"
        request.headers["User-Agent"] = _USER_AGENT
        response = await self._inner.handle_async_request(request)
        stream = response.stream
        assert isinstance(stream, httpx2.AsyncByteStream)  # noqa: S101 - for the type checker
        if response.headers.get("content-encoding", "identity") != "identity":
            await stream.aclose()
            raise UnusableError("it is compressed, which was not asked for")
        return httpx2.Response(
            response.status_code,
            headers=response.headers,
            stream=_Counted(stream),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        await self._inner.aclose()


class Turns:
    """Limits how many requests are at a provider, and for how long."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._number = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """A turn, for the time of the `with`.

        Raises:
            OverloadedError: there are too many.
            ProviderTimeoutError: the time is over.
        """
        if self._number >= AT_ONCE:
            raise OverloadedError(f"More than {AT_ONCE} sign-ins wait for {self._name}.")
        self._number += 1
        try:
            async with asyncio.timeout(SECONDS):
                yield
        except TimeoutError:
            raise ProviderTimeoutError(
                f"The provider {self._name} took longer than {SECONDS:g} seconds."
            ) from None
        finally:
            self._number -= 1


@contextmanager
def explained(name: str, what: str) -> Iterator[None]:
    """Turn everything that can be wrong with a response into one error, which quotes nothing of it.

    Raises:
        ProviderError: the provider cannot be reached, or its response makes no sense.
    """
    try:
        yield
    except httpx2.TimeoutException:
        raise ProviderTimeoutError(f"The provider {name} does not respond ({what}).") from None
    except httpx2.HTTPError as error:
        kind = type(error).__name__
        raise ProviderError(f"The provider {name} cannot be reached ({what}): {kind}.") from None
    except _GARBAGE as error:
        reason = str(error) if isinstance(error, UnusableError) else type(error).__name__
        raise ProviderError(
            f"The provider {name} sent a response that is not valid ({what}): {reason}."
        ) from None


def json_object(response: httpx2.Response) -> dict[str, Any]:
    """The object in a response.

    Raises:
        UnusableError: it is an error, or contains no object.
    """
    if response.status_code != httpx2.codes.OK:
        raise UnusableError(f"its status is {response.status_code}")
    try:
        found = from_json(response.content)
    except ValueError:
        raise UnusableError("it is not JSON") from None
    if not isinstance(found, dict):
        raise UnusableError("it is not an object in JSON")
    return found
