"""A viewer who goes to every page, collects its numbers, and follows each to the list it counts.

To have another number compared, write `data-number-of="..."` on it in the template: the address of
the list. A filter of an address that is new needs a line in tests/support/listed.py.
"""

import re
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.support.page_parser import ReadPage, read_page

START = "/gallery"
DEEPEST = 3
"""Clicks from the pages where it begins."""
_NAMED = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[A-Za-z0-9_-]{32,}|\d+")
_NO_PAGES = re.compile(
    r"/gallery/(?:static|files|pictures|sign-|choose|api|items/\d+/workflow)|/docs|/api"
)
_RESULTS = re.compile(r"([\d,]+) results? matching")

Shape = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class Number:
    """A number on a page, and the list that it is about."""

    page: str
    of: str
    told: int

    @property
    def kind(self) -> str:
        """What it is about, of which page."""
        return f"{shape(self.page)[0]} -> {written(shape(self.of))}"


@dataclass(frozen=True)
class Listed:
    """A list as its pages show it: the total that they say, and the ids of what is there."""

    total: int | None
    ids: tuple[str, ...]


def shape(address: str) -> Shape:
    """An address without its names and numbers: pages of one shape are made by the same code."""
    parts = urlsplit(address)
    names = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    return _NAMED.sub("{}", parts.path), tuple(sorted(names))


def written(of: Shape) -> str:
    """A shape as text."""
    path, names = of
    return f"{path}?{'&'.join(names)}" if names else path


def number_in(text: str) -> int | None:
    """`1,234` is 1234; None is a dash: the number is not known."""
    plain = text.replace(",", "")
    return int(plain) if plain.isdecimal() else None


@dataclass
class Crawler:
    """Goes through the pages of one viewer; of each shape to `alike` pages."""

    client: httpx.Client
    alike: int = 1
    deepest: int = DEEPEST
    pages: dict[str, ReadPage] = field(default_factory=dict)
    _lists: dict[str, Listed] = field(default_factory=dict)

    def numbers(self, *starts: str) -> Iterator[Number]:
        """Every number with a list behind it, on every page that links lead to."""
        for address, page in self._crawl(*(starts or (START,))):
            for text, of in page.numbers:
                told = number_in(text)
                if told is not None:
                    yield Number(address, of, told)
            if found := _RESULTS.search(page.total):
                # The list's own total, of all its pages.
                yield Number(address, _from_the_start(address), int(found[1].replace(",", "")))

    def _crawl(self, *starts: str) -> Iterator[tuple[str, ReadPage]]:
        waiting = deque((start, 0) for start in starts)
        shapes = Counter[Shape]()
        while waiting:
            address, depth = waiting.popleft()
            if address in self.pages or shapes[shape(address)] >= self.alike:
                continue
            shapes[shape(address)] += 1
            page = self.pages[address] = self._read(address)
            yield address, page
            if depth < self.deepest:
                waiting.extend((link, depth + 1) for link in _ways(page))

    def _read(self, address: str) -> ReadPage:
        answer = self.client.get(address)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        return read_page(answer.text)

    def listed(self, address: str) -> Listed:
        """What is behind an address, through all pages of it."""
        if address not in self._lists:
            pages = list(self._through(address))
            found = _RESULTS.search(pages[0].total)
            total = int(found[1].replace(",", "")) if found else None
            self._lists[address] = Listed(
                total, tuple(one for page in pages for one in page.listed)
            )
        return self._lists[address]

    def _through(self, address: str) -> Iterator[ReadPage]:
        following: str | None = address
        while following:
            yield (page := self._read(following))
            following = page.next


def faults(number: Number, listed: Listed, truth: tuple[str, ...]) -> list[str]:
    """In what a number, the list behind it and SQL differ."""
    told: Mapping[str, int | None] = {
        "the number": number.told,
        "the total of its list": listed.total,
        "items listed": len(listed.ids),
        "SQL": len(truth),
    }
    if len(set(told.values())) > 1:
        return [f"{number.page} says of {number.of}: {dict(told)}"]
    if sorted(listed.ids) != sorted(truth):
        return [f"{number.of} lists other items than SQL"]
    return []


def _ways(page: ReadPage) -> Iterator[str]:
    """Where its links and its numbers lead, if that is a page of the gallery."""
    for link in (*page.links, *(of for _, of in page.numbers)):
        path, _, _ = link.partition("#")
        if path.startswith(START) and not _NO_PAGES.match(path):
            yield path


def _from_the_start(address: str) -> str:
    """The same list at its first page."""
    return re.sub(r"([?&])(?:p|cursor)=[^&]*&?", r"\1", address).rstrip("?&")
