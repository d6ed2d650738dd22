"""The pages that lead to others: the index has each document once, and each quoted message is real.

Each check takes all documents and says what is wrong. Each is also given an error on purpose.
"""

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise

import pytest

from tests.support.docs import ROOT, Docs, prose, read_docs

INDEX = "docs/README.md"
GROUPS = ["Start", "Use", "Run", "Understand", "Measure"]
TEMPLATE = "docs/decisions/template.md"
LINK = re.compile(r"\]\(([^)#\s]+)\)")  # to a page as a whole
ROW = re.compile(r"^\| (.*?) \| .* \|$", re.MULTILINE)
GAP = "..."
SHORTEST_MESSAGE = 15
MOST_OF_A_README = 70


def badly_indexed(docs: Docs) -> Iterator[str]:
    table = docs[INDEX].partition("\n## Questions\n")[0]
    listed = Counter(f"docs/{link}" for link in LINK.findall(table))
    wanted = {file for file in docs if file.startswith("docs/")} - {INDEX, TEMPLATE}
    yield from (
        f"{INDEX}: {file} is listed {listed[file]} times" for file in wanted if listed[file] != 1
    )
    found = re.findall(r"^## (.+)$", table, re.MULTILINE)
    if found != GROUPS:
        yield f"{INDEX}: the groups are {found}"


def long_ways(docs: Docs) -> Iterator[str]:
    """The README is short, and leads to the index."""
    lines = docs["README.md"].count("\n")
    if lines > MOST_OF_A_README:
        yield f"README.md has {lines} lines"
    if f"({INDEX})" not in docs["README.md"]:
        yield "README.md does not lead to the index"


def unordered_words(docs: Docs) -> Iterator[str]:
    words = [word.lower() for word in ROW.findall(prose(docs["docs/glossary.md"]))[2:]]
    yield from (
        f"docs/glossary.md: {word} comes before {other}"
        for word, other in pairwise(words)
        if word >= other
    )


def made_up_messages(docs: Docs) -> Iterator[str]:
    """The first column of the troubleshooting quotes what the code says."""
    quoted = [
        message
        for cell in ROW.findall(docs["docs/troubleshooting.md"])
        for message in re.findall(r"`([^`]+)`", cell)
        if len(message) >= SHORTEST_MESSAGE and re.search(r"\w [a-z]+ ", message)
    ]
    if not quoted:
        yield "docs/troubleshooting.md quotes nothing"
    yield from (
        f"docs/troubleshooting.md: nothing says {message!r}"
        for message in quoted
        if not is_said(message)
    )


def is_said(message: str) -> bool:
    parts = [re.escape(part.strip()) for part in message.split(GAP)]
    return message.startswith("genonaut ") or bool(re.search(".*".join(parts), all_texts()))


@cache
def all_texts() -> str:
    """Each text of the code on a line of its own, with `...` for its values."""
    texts = [
        " ".join(text_of(node).split())
        for file in (ROOT / "genonaut").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.JoinedStr | ast.Constant)
    ]
    others = [ROOT / "Makefile", *(ROOT / "genonaut").rglob("*.html")]
    return "\n".join([*texts, *(file.read_text(encoding="utf-8") for file in others)])


def text_of(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(map(text_of, node.values))
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return GAP


# Each check, and an error that it must find: in which document, what to replace by what.
CHECKS: dict[Callable[[Docs], Iterator[str]], tuple[str, str, str]] = {
    badly_indexed: (INDEX, "(glossary.md)", "(start.md)"),
    long_ways: ("README.md", "docs/README.md", "docs/start.md"),
    unordered_words: ("docs/glossary.md", "| worker |", "| a worker |"),
    made_up_messages: ("docs/troubleshooting.md", "Another process is", "Something else is"),
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_pages_are_in_order(check: Callable[[Docs], Iterator[str]]) -> None:
    assert list(check(read_docs())) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_an_error_is_found(check: Callable[[Docs], Iterator[str]]) -> None:
    file, right, wrong = CHECKS[check]
    docs = read_docs()
    assert right in docs[file], "plant another error: this text is no longer there"
    assert list(check(docs | {file: docs[file].replace(right, wrong)})) != []
