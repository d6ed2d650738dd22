"""The facets beside a list: the number of each link is that of the list it leads to."""

import re
from html import unescape

import httpx
import pytest

from genonaut.api.services.facet_service import SOURCES
from tests.integration.pages.test_sources import results
from tests.support.rows import run
from tests.support.site import USERS, Site, view_as

DESCRIBE = """
UPDATE content_items_all SET created_at = created_at + id % 3 * interval '40 days',
    item_metadata = item_metadata || CASE id % 4
    WHEN 0 THEN '{"sampler": "Euler a & <b>", "loras": [{"name": "ink, wash"}, "detail"]}'
    WHEN 1 THEN '{"sampler": "DPM++ 2M", "loras": ["detail"], "model": "100% \\"é\\" 🦊"}'
    WHEN 2 THEN '{"loras": ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]}'
    ELSE '{}' END::jsonb"""
LINK = re.compile(
    r'<a class="facets__value" href="([^"]+)"[^>]*><span class="facets__name">([^<]*)</span> '
    r'<span class="facets__count">([\d,]+)<'
)
CHOSEN = re.compile(
    r'<a class="facets__value facets__value--chosen" href="([^"]+)".*?'
    r'<span class="facets__name">([^<]*)</span>'
)
MORE = re.compile(r'href="([^"]+)" data-testid="gallery-facet-more"')


@pytest.fixture
def described(client: httpx.Client, site: Site) -> httpx.Client:
    run(site.database, DESCRIBE)
    return client


def read(client: httpx.Client, address: str) -> str:
    answer = client.get(address, follow_redirects=True)
    assert answer.status_code == 200, address
    return answer.text


def links(page: str) -> list[tuple[str, str, int]]:
    """Address, name and number of each value."""
    return [
        (unescape(url), unescape(name), int(number.replace(",", "")))
        for url, name, number in LINK.findall(page)
    ]


def chosen(page: str) -> dict[str, str]:
    """The values that are chosen, each with the address of the list without it."""
    return {unescape(name): unescape(url) for url, name in CHOSEN.findall(page)}


@pytest.mark.sampled(2)
@pytest.mark.parametrize("viewer", [None, "ada", pytest.param("cy", marks=pytest.mark.long)])
@pytest.mark.parametrize(
    "address",
    ["/gallery", "/gallery?search=fox", "/gallery?notGenSource=comm-g", "/gallery/creators/{bo}"],
)
def test_each_number_is_that_of_the_list_behind_it(
    described: httpx.Client, viewer: str | None, address: str
) -> None:
    if viewer:
        view_as(described, viewer)
    page = read(described, address.format(**USERS))
    found = links(page)
    assert {'100% "é" 🦊', "detail", "sea"} <= {name for _, name, _ in found}
    for url, name, number in found:
        narrowed = read(described, url)
        assert results(narrowed) == number > 0, name
        assert name in chosen(narrowed)
        if name not in SOURCES.values():  # without that one, all four are on
            assert results(read(described, chosen(narrowed)[name])) == results(page)


def test_values_are_added_one_after_the_other(described: httpx.Client) -> None:
    """Down to a list that no value makes smaller but those that all of it has."""
    page, steps = read(described, "/gallery"), []
    while True:
        left = results(page)
        smaller = [(number, url, name) for url, name, number in links(page) if number < left]
        if not smaller:
            break
        number, url, name = max(smaller)
        page = read(described, url)
        steps.append(name)
        assert results(page) == number
        assert set(steps) == set(chosen(page))
    assert len(steps) >= 3
    for url in chosen(page).values():
        assert results(read(described, url)) >= left


def test_what_is_chosen_stays_when_the_options_are_sent(described: httpx.Client) -> None:
    address = "/gallery?sampler=DPM%2B%2B+2M&month=2026-01&lora=detail"
    page = read(described, address)
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    assert {("sampler", "DPM++ 2M"), ("month", "2026-01"), ("lora", "detail")} <= set(fields)
    assert {"DPM++ 2M", "January 2026", "detail"} <= set(chosen(page))


def test_all_values_have_a_page_with_a_search(described: httpx.Client) -> None:
    page = read(described, "/gallery?search=by")
    more = [unescape(url) for url in MORE.findall(page)]
    assert more == ["/gallery/facets/lora?search=by"]
    everything = links(read(described, more[0]))
    assert len(everything) == 12
    assert {("detail", True)} <= {(name, "search=by" in url) for url, name, _ in everything}
    [(url, name, number)] = links(read(described, f"{more[0]}&find=INK"))
    assert name == "ink, wash"
    assert results(read(described, url)) == number
    nothing = read(described, f"{more[0]}&find=no+such")
    assert "facet-nothing" in nothing
    assert described.get("/gallery/facets/colour").status_code == 422


def test_one_of_several_tags_offers_no_further_tag(described: httpx.Client) -> None:
    page = read(described, "/gallery?tags=night,sea&match=any")
    assert {"night", "sea"} <= set(chosen(page))
    assert all(name != "oil painting" for _, name, _ in links(page))
    [url] = [url for url, name, _ in links(page) if name == "ada"]
    assert "match=any" in url
    # With one tag, "any" means the same, and a further one narrows.
    page = read(described, "/gallery?tags=sea&match=any")
    [(url, _, number)] = [link for link in links(page) if link[1] == "night"]
    assert results(read(described, url)) == number
