"""What a page says, read from its HTML: links, numbers with what they count, and what it lists.

A number that says how many are in a list has the list's address beside it, for programs:
`data-number-of`. What a list has carries `data-id`, and its rating `data-rated`.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser

OF = "data-number-of"
TOTAL = "gallery-options-summary-text"
NEXT = "gallery-pagination-next"
_VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})


@dataclass
class ReadPage:
    """A page: `numbers` as they are written, each with the address of its list.

    `rated` has items, each with its rating in words.
    """

    numbers: list[tuple[str, str]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    listed: list[str] = field(default_factory=list)
    rated: list[tuple[str, str]] = field(default_factory=list)
    total: str = ""
    next: str | None = None


class _Parser(HTMLParser):
    """Reads one page. What is written in an element is known at its end."""

    def __init__(self) -> None:
        super().__init__()
        self.page = ReadPage()
        self._open: list[tuple[str, str | None, list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.page.links.append(given["href"] or "")
            if given.get("data-testid") == NEXT:
                self.page.next = given["href"]
        if tag == "img" and given.get("src"):
            self.page.images.append(given["src"] or "")
        if tag == "li" and given.get("data-id"):
            self.page.listed.append(given["data-id"] or "")
        if given.get("data-rated"):
            self.page.rated.append((given["data-rated"] or "", given.get("title") or ""))
        if tag not in _VOID:
            is_total = given.get("data-testid") == TOTAL
            self._open.append((tag, TOTAL if is_total else given.get(OF), []))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            opened, of, words = self._open.pop()
            text = " ".join("".join(words).split())
            if of == TOTAL:
                self.page.total = text
            elif of is not None:
                self.page.numbers.append((text, of))
            if opened == tag:
                return

    def handle_data(self, data: str) -> None:
        for _, _, words in self._open:
            words.append(data)


def read_page(html: str) -> ReadPage:
    """What a page says."""
    parser = _Parser()
    parser.feed(html)
    parser.close()
    return parser.page
