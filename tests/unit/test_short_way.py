"""What is read without the framework is what the framework reads; pages that are asked together."""

import asyncio
import threading
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Annotated, Any, cast
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI, Query

from genonaut.api.gallery.query import GalleryQuery
from genonaut.api.http.gallery_reader import GalleryReader, Page, Question, Wanted
from genonaut.api.http.limiter import ConnectionLimiter
from genonaut.api.routes.gallery import GalleryRoute
from genonaut.api.routes.stats import StatsRoute
from genonaut.api.schemas.gallery import GalleryParams
from genonaut.config import load_settings
from genonaut.content.viewer import EVERYTHING, VISITOR, Viewer
from genonaut.db.gen_source_counts import CountsPolicy
from tests.support.waiting import PATIENCE_SECONDS

USER = "0b5e0c3e-6a0f-4c55-9f3a-0f6e1f4f7a10"
PLAIN = [
    b"",
    b"page=2&page_size=24&include_stats=true",
    f"user_id={USER.upper()}&creator={USER}".encode(),
    b"content_source_types=",
    b"content_source_types=user-auto&content_source_types=community-auto",
    b"tag=sea&tag=a%20b+c%C3%A9&tag_match=all&tag=%26",
    b"search_term=&cursor=&model=&seed=1",
    b"search_term=%22calm+sea%22&sort_field=title&sort_order=asc&backward=0",
    b"content_types=auto&creator_filter=user",
    b"&&page=3&",
    b"page=%32;&",
]
REFUSED = [b"pag=2", b"page=0", b"page=", b"user_id=ada", b"tag=%00", b"backward=perhaps"]
TWICE = [b"page=2&page=3", b"search_term=a&search_term=b"]


def by_the_framework(query: bytes) -> tuple[int, Any]:
    """The parameters as FastAPI reads them."""
    app = FastAPI()
    read: list[GalleryParams] = []

    @app.get("/")
    def keep(params: Annotated[GalleryParams, Query()]) -> None:
        read.append(params)

    async def get() -> int:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sea") as client:
            url = httpx.URL("http://sea/").copy_with(query=query)
            return (await client.get(url)).status_code

    return asyncio.run(get()), read


@pytest.mark.parametrize("query", [*PLAIN, *REFUSED, *TWICE])
def test_a_plain_query_is_read_as_by_the_framework(query: bytes) -> None:
    read = GalleryRoute.read_plainly(query)
    status, expected = by_the_framework(query)
    if read is None:  # the framework's way
        assert query in [*REFUSED, *TWICE] or status != 200
    else:
        assert (status, expected) == (200, [read["params"]])


@pytest.mark.parametrize("query", [*REFUSED, *TWICE])
def test_what_is_refused_or_odd_takes_the_framework_s_way(query: bytes) -> None:
    assert GalleryRoute.read_plainly(query) is None


def test_the_user_of_the_counts() -> None:
    assert StatsRoute.read_plainly(b"") == {}
    assert StatsRoute.read_plainly(f"user_id={USER}".encode()) == {"user_id": UUID(USER)}
    for other in (b"user_id=", b"user_id=ada", f"user_id={USER}&a=".encode(), b"a=1"):
        assert StatsRoute.read_plainly(other) is None


class Pages(GalleryReader):
    """Reads pages when it is told to, and remembers which."""

    def __init__(self) -> None:
        limiter = ConnectionLimiter(8, PATIENCE_SECONDS)
        nothing: Any = SimpleNamespace(replicas=None)
        super().__init__(nothing, load_settings("test"), limiter, limiter, CountsPolicy())
        self.read_pages: list[tuple[Viewer, int]] = []
        self.reading, self.may_read = threading.Event(), threading.Event()

    def _page(self, question: Question, wanted: Sequence[Wanted]) -> Page:
        assert wanted
        query = question.query
        self.read_pages.append((question.viewer, query.page))
        number = len(self.read_pages)
        self.reading.set()
        assert self.may_read.wait(PATIENCE_SECONDS)
        if query.page == 13:
            raise ZeroDivisionError
        return Page(b"%d" % number, None)


def asked(*questions: tuple[Viewer, int]) -> tuple[Pages, list[bytes | BaseException]]:
    """The first question alone, and when it is being read, all the others together."""

    async def main() -> tuple[Pages, list[bytes | BaseException]]:
        pages = Pages()

        def ask(viewer: Viewer, page: int) -> "asyncio.Task[bytes]":
            return asyncio.create_task(pages.read(viewer, GalleryQuery(page=page)))

        first = ask(*questions[0])
        assert await asyncio.to_thread(pages.reading.wait, PATIENCE_SECONDS)
        others = [ask(*question) for question in questions[1:]]
        for _ in range(5):
            await asyncio.sleep(0)
        pages.may_read.set()
        found = await asyncio.gather(first, *others, return_exceptions=True)
        await pages.close()
        return pages, found

    return asyncio.run(main())


def test_requests_that_ask_alike_share_a_reading_that_had_not_begun() -> None:
    pages, found = asked((VISITOR, 1), (VISITOR, 1), (VISITOR, 1))
    assert found == [b"1", b"2", b"2"]
    assert pages.read_pages == [(VISITOR, 1), (VISITOR, 1)]


def test_other_pages_and_other_viewers_share_nothing() -> None:
    ada = Viewer(UUID(USER))
    pages, found = asked((VISITOR, 1), (VISITOR, 2), (ada, 1), (EVERYTHING, 1))
    assert len(set(found)) == 4
    assert set(pages.read_pages) == {(VISITOR, 1), (VISITOR, 2), (ada, 1), (EVERYTHING, 1)}


def test_an_error_is_for_each_that_shares_it() -> None:
    _, found = asked((VISITOR, 1), (VISITOR, 13), (VISITOR, 13))
    assert found[0] == b"1"
    assert [type(error) for error in found[1:]] == [ZeroDivisionError] * 2


def test_nothing_is_kept_of_what_was_read() -> None:
    pages, _ = asked((VISITOR, 1), (VISITOR, 1), (VISITOR, 2))
    assert cast("dict[object, object]", vars(pages)["_asked"]) == {}
