"""Every combination of the switches, for every viewer: what the page says, lists, and SQL."""

import re
from collections.abc import Iterator
from html import unescape

import httpx
import pytest

from tests.support.site import COMBINATIONS, SWITCHES, USERS, VIEWERS, Site, arithmetic, view_as

STATS = "/api/v1/content/stats/unified"
COUNTED = {
    "your-g": "user_regular_count",
    "your-ag": "user_auto_count",
    "comm-g": "community_regular_count",
    "comm-ag": "community_auto_count",
}


def pages(client: httpx.Client, address: str) -> Iterator[str]:
    """A page, and those that its links to the next one lead to."""
    following: str | None = address
    while following:
        answer = client.get(following)
        assert answer.status_code == 200
        yield answer.text
        link = re.search(r'href="([^"]+)"[^>]*data-testid="gallery-pagination-next"', answer.text)
        following = unescape(link[1]) if link else None


def results(page: str) -> int:
    """The number of results that the sentence tells."""
    [told] = re.findall(r"([\d,]+) results? matching filters\.", page)
    return int(told.replace(",", ""))


@pytest.mark.sampled(1)
@pytest.mark.parametrize("viewer", VIEWERS, ids=str)
def test_all_combinations_agree(client: httpx.Client, site: Site, viewer: str | None) -> None:
    if viewer:
        view_as(client, viewer)
    asked = {"user_id": USERS[viewer]} if viewer else {}
    stats = client.get(STATS, params=asked).json()
    counts = {key: stats[name] for key, name in COUNTED.items()}
    for on in COMBINATIONS:
        off = ",".join(key for key in SWITCHES if key not in on)
        usable = on if viewer else tuple(key for key in on if key.startswith("comm-"))
        expected = site.matching(usable, viewer)
        assert arithmetic(counts, usable) == len(expected), on
        read = list(pages(client, f"/gallery?size=12&notGenSource={off}"))
        assert {results(page) for page in read} == {len(expected)}, on
        checked = re.findall(r'role="switch"[^>]* value="([^"]+)"\s+checked', read[0])
        assert set(checked) == set(usable), on
        found = re.findall(r'data-testid="gallery-grid-item" data-id="(\d+)"', "".join(read))
        assert len(found) == len(set(found)), on
        assert {int(item_id) for item_id in found} == expected, on
