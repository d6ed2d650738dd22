"""A page of another site, in a real browser: what it sends changes nothing.

The server has two names, which are two sites to a browser.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.conftest import DOMAIN
from tests.support.site import Site
from tests.support.waiting import PATIENCE_SECONDS

WAYS = {
    "a form": """([to, kind]) => {
        const form = Object.assign(document.createElement("form"),
            { method: "post", action: to, enctype: kind });
        document.body.append(form);
        form.submit();
    }""",
    "a script": """([to, kind]) => {
        fetch(to, { method: "POST", mode: "no-cors", credentials: "include", body: "{}",
            headers: { "Content-Type": kind } }).catch(() => {});
    }""",
}
KINDS = {
    "/api/v1/users": "text/plain",
    "/api/v1/content/upload": "multipart/form-data",
    "/gallery/viewer": "application/x-www-form-urlencoded",
}
# What a script gets from a page is withheld from it, and so from this test.
SENT = [
    (way, path) for way in WAYS for path in KINDS if (way, path[:8]) != ("a script", "/gallery")
]


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    with chromium.new_context() as context:
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        yield context


@pytest.mark.parametrize(("way", "path"), SENT)
def test_a_page_of_another_site_is_refused_and_one_of_ours_is_not(
    context: BrowserContext, site: Site, way: str, path: str
) -> None:
    for name, expected in (("localhost", {403}), (DOMAIN, {303, 400, 422})):
        page = context.new_page()
        page.goto(f"{site.url.replace(DOMAIN, name)}/health")
        with page.expect_response(lambda response: response.request.method == "POST") as answer:
            page.evaluate(WAYS[way], [f"{site.url}{path}", KINDS[path]])
        assert answer.value.status in expected, name
