import sys
from pathlib import Path
import pytest
from tests.browser.conftest import *
from tests.browser.conftest import OpenPage

OUT = Path("/tmp/readers_shots")
OWN = "/gallery?notGenSource=comm-g,comm-ag&size=12"

def test_shots(open_page):
    OUT.mkdir(exist_ok=True)
    for scheme in ("light", "dark"):
        for width in (1280, 390):
            phone = {"has_touch": True, "is_mobile": True} if width < 400 else {}
            page = open_page(OWN, viewer="ada", color_scheme=scheme, reduced_motion="reduce", viewport={"width": width, "height": 844}, **phone)
            page.get_by_test_id("gallery-select-button").click()
            for n in (0, 2, 3):
                page.get_by_test_id("gallery-pick").nth(n).check()
            page.screenshot(path=OUT / f"{scheme}-{width}.png")
            if phone:
                page.get_by_test_id("gallery-selection-more").click()
                page.get_by_test_id("gallery-selection-delete").click()
                page.screenshot(path=OUT / f"{scheme}-{width}-actions.png")
            else:
                page.get_by_test_id("gallery-selection-delete").click()
                page.screenshot(path=OUT / f"{scheme}-{width}-delete.png")
            page.context.close()
    page = open_page("/gallery?view=list&size=12", viewer="ada")
    page.screenshot(path=OUT / "list-before.png")
    page.get_by_test_id("gallery-select-button").click()
    page.get_by_test_id("gallery-selection-page").click()
    page.screenshot(path=OUT / "list.png")
    page.get_by_test_id("gallery-selection-public").click()
    page.get_by_test_id("gallery-selection-left").wait_for()
    page.screenshot(path=OUT / "left.png")
