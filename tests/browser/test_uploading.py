"""Pictures are sent from a page: chosen, dropped, pasted, and by a form without script."""

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.conftest import OpenPage, Troubles, hold, is_held
from tests.browser.test_accessibility import violations
from tests.support.rows import scalar
from tests.support.site import Site

SENT = "**/api/v1/content/upload"
HAND_OVER = """([event, name, bytes]) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], name, {type: "image/png"}));
  const given = event === "paste" ? {clipboardData: data} : {dataTransfer: data};
  const type = event === "paste" ? ClipboardEvent : DragEvent;
  document.body.dispatchEvent(new type(event, {bubbles: true, cancelable: true, ...given}));
}"""


def png(colour: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(made, "PNG")
    return made.getvalue()


def payload(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "image/png", "buffer": content}


def results(page: Page) -> list[str]:
    shown = page.get_by_test_id("gallery-upload-results").locator(".upload__result")
    return shown.all_inner_texts()


def items(site: Site) -> int:
    count: int = scalar(site.database, "SELECT count(*) FROM content_items_all")
    return count


def test_chosen_dropped_and_pasted(open_page: OpenPage, site: Site) -> None:
    before = items(site)
    page = open_page()
    page.get_by_role("link", name="Upload").click()
    page.get_by_test_id("gallery-upload-files").set_input_files(
        [payload("red.png", png("red")), payload("page.png", b"<!doctype html><p>x")]
    )
    said = page.locator("[data-upload-said]")
    expect(said).to_have_text("Finished: 1 added, 0 already there, 1 rejected.")
    page.evaluate(HAND_OVER, ["drop", "green.png", list(png("green"))])
    expect(said).to_have_text("Finished: 2 added, 0 already there, 1 rejected.")
    page.evaluate(HAND_OVER, ["paste", "red again.png", list(png("red"))])
    expect(said).to_have_text("Finished: 2 added, 1 already there, 1 rejected.")
    assert results(page)[2:] == ["added: green", "already there: red"]
    assert items(site) == before + 2
    page.get_by_role("link", name="green").click()
    shown = page.get_by_test_id("gallery-item-page").locator("figure img")
    expect(shown).to_be_visible()
    served = page.request.get(str(shown.get_attribute("src")))
    assert served.body() == png("green")


def test_what_is_chosen_before_the_script_comes_is_sent(page: Page) -> None:
    held = hold(page, "**/upload.js")
    page.goto("/gallery/upload", wait_until="commit")
    page.get_by_test_id("gallery-upload-files").set_input_files([payload("a.png", png("lime"))])
    is_held(page, held)
    held[0].continue_()
    said = page.locator("[data-upload-said]")
    expect(said).to_have_text("Finished: 1 added, 0 already there, 0 rejected.")


def send_to_a_busy_server(page: Page, **headers: str) -> Locator:
    """A picture, for which there is no place; what the page says. Its clock stands still."""
    page.clock.install(time=0)
    page.clock.pause_at(3_600_000)
    page.route(SENT, lambda route: route.fulfill(status=503, json={}, headers=headers))
    page.get_by_test_id("gallery-upload-files").set_input_files([payload("a.png", png("lime"))])
    return page.locator(".upload__result")


def test_a_busy_server_is_not_asked_for_ever(
    open_page: OpenPage, site: Site, troubles: Troubles
) -> None:
    troubles.expected = ("503",)
    before = items(site)
    page = open_page("/gallery/upload")
    said = send_to_a_busy_server(page)
    for _ in range(5):  # for 1, 2, 4, 8 and 16 seconds
        expect(said).to_have_text("waiting: the server is busy")
        with page.expect_request(SENT):
            page.clock.fast_forward(30_000)
    expect(said).to_have_text("waiting: the server is busy")
    page.clock.fast_forward(30_000)
    expect(said).to_have_text("rejected: the server is too busy")
    page.unroute(SENT)
    page.get_by_role("button", name="Try again: a.png").click()
    expect(page.locator("[data-upload-said]")).to_have_text(
        "Finished: 1 added, 0 already there, 0 rejected."
    )
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    assert items(site) == before + 1


def test_the_server_says_how_long_it_is_busy(open_page: OpenPage, troubles: Troubles) -> None:
    troubles.expected = ("503",)
    page = open_page("/gallery/upload")
    said = send_to_a_busy_server(page, **{"Retry-After": "20"})
    expect(said).to_have_text("waiting: the server is busy")
    page.clock.fast_forward(19_000)
    assert sum(request.url.endswith(SENT[2:]) for request in troubles.requests) == 1
    with page.expect_request(SENT):
        page.clock.fast_forward(2_000)


def test_the_viewer_is_the_creator(open_page: OpenPage) -> None:
    page = open_page("/gallery/upload", viewer="ada")
    expect(page.get_by_test_id("gallery-upload-creator")).to_have_value("ada")


def test_without_script(open_page: OpenPage, site: Site, tmp_path: Path) -> None:
    page = open_page("/gallery/upload", java_script_enabled=False)
    needs_script = page.get_by_text("dropped anywhere")
    expect(needs_script).to_be_hidden()
    files = []
    for colour in ("blue", "white", "black"):
        files.append(tmp_path / f"{colour}.png")
        files[-1].write_bytes(png(colour))
    before = items(site)
    page.get_by_test_id("gallery-upload-files").set_input_files(files)
    page.get_by_test_id("gallery-upload-button").click()
    expect(page.get_by_role("link", name="blue")).to_be_visible()
    assert results(page) == ["added: blue", "added: white", "added: black"]
    assert items(site) == before + 3


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_serious(open_page: OpenPage, scheme: str, width: int) -> None:
    page = open_page(
        "/gallery/upload", viewport={"width": width, "height": 740}, color_scheme=scheme
    )
    page.get_by_test_id("gallery-upload-files").set_input_files(
        [payload(f"{scheme}{width}.png", png("teal")), payload("page.png", b"<!doctype html>")]
    )
    expect(page.locator("[data-upload-said]")).to_contain_text("Finished")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
