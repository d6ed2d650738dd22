"""How the documents are made: links, decisions, voice, and what they print of the code's order."""

import re
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tests.support.docs import CODE_BLOCK, ROOT, Docs, prose, read_docs, section
from tests.unit.test_floors import FLOORS

HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
SECTIONS = ["Context", "Decision", "Consequences", "Alternatives"]
STOP = re.compile(r"`(genonaut/[\w/]+\.(?:py|sql)):([\w.]+)`")
MOST_STOPS = 6
# A role belongs in their place: the writer, the reader, the API, the operator, another process.
PRONOUNS = re.compile(r"\b(?:no|some|any|every)body\b|\b(?:who|what)ever\b", re.IGNORECASE)


def slugs(text: str) -> set[str]:
    """The anchors of a document, as GitHub makes them."""
    headings = HEADING.findall(prose(text))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(docs: Docs) -> Iterator[str]:
    for file, text in docs.items():
        for link in LINK.findall(prose(text)):
            if link.startswith(("https://", "http://", "mailto:")):
                continue
            path, _, anchor = link.partition("#")
            target = (ROOT / file).parent / path if path else ROOT / file
            if not target.exists():
                yield f"{file}: {link} leads nowhere"
            elif anchor and anchor not in slugs(_text_of(target.resolve(), docs)):
                yield f"{file}: {link} has no such heading"


def _text_of(file: Path, docs: Docs) -> str:
    """A document's, or that of a page that a program wrote."""
    name = str(file.relative_to(ROOT))
    return docs[name] if name in docs else file.read_text(encoding="utf-8")


def incomplete_decisions(docs: Docs) -> Iterator[str]:
    decisions = sorted(file for file in docs if file.startswith("docs/decisions/"))
    for file in decisions:
        found = re.findall(r"^## (.+)$", docs[file], re.MULTILINE)
        if found != SECTIONS:
            yield f"{file} has the sections {found}"
        yield from (
            f"{file}: {name} says nothing"
            for name in found
            if not section(docs[file], name).strip()
        )
    numbers = [Path(file).name[:4] for file in decisions if not file.endswith("template.md")]
    if numbers != [f"{number:04}" for number in range(1, len(numbers) + 1)]:
        yield f"docs/decisions are numbered {numbers}"


def wrong_floors(docs: Docs) -> Iterator[str]:
    """The order of imports as it is printed, from the top down."""
    for file, heading in (("CONTRIBUTING.md", "The floors"), ("docs/architecture.md", "Packages")):
        text = re.split(r"^#+ ", docs[file].partition(f"# {heading}\n")[2], flags=re.MULTILINE)[0]
        printed = [" ".join(line.split()) for line in CODE_BLOCK.findall(text)[0].splitlines()]
        if printed != FLOORS[::-1]:
            yield f"{file}: the floors are {FLOORS[::-1]}"


def wrong_stops_of_the_walk(docs: Docs) -> Iterator[str]:
    stops = STOP.findall(docs["docs/architecture.md"])
    if not 1 < len(stops) <= MOST_STOPS:
        yield f"docs/architecture.md: the walk has {len(stops)} stops"
    yield from (
        f"docs/architecture.md: there is no {name} in {file}"
        for file, name in stops
        if not _has(file, name)
    )


def _has(file: str, name: str) -> bool:
    if not (ROOT / file).is_file():
        return False
    if file.endswith(".sql"):
        return f"-- name: {name}\n" in (ROOT / file).read_text(encoding="utf-8")
    found: object = import_module(file.removesuffix(".py").replace("/", "."))
    for part in name.split("."):
        found = getattr(found, part, None)
    return found is not None


def pronouns_in_place_of_roles(docs: Docs) -> Iterator[str]:
    for file, text in docs.items():
        voice = section(text, "Voice")  # which quotes what not to write
        for line in text.replace("`nobody`", "").splitlines():
            if PRONOUNS.search(line) and line not in voice:
                yield f"{file}: {line}"


# Each check, and an error that it must find: in which document, what to replace by what.
CHECKS: dict[Callable[[Docs], Iterator[str]], tuple[str, str, str]] = {
    broken_links: ("CONTRIBUTING.md", "counting.md#names", "counting.md#terms"),
    incomplete_decisions: ("docs/decisions/0001-ledger.md", "## Alternatives", "## Others"),
    wrong_floors: ("CONTRIBUTING.md", "\nweb\napi\n", "\napi\nweb\n"),
    wrong_stops_of_the_walk: ("docs/architecture.md", "Coalescer.get`", "Together.answer`"),
    pronouns_in_place_of_roles: ("docs/commands.md", "A process that crashes", "Whatever crashes"),
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_documents_are_well_made(check: Callable[[Docs], Iterator[str]]) -> None:
    assert list(check(read_docs())) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_an_error_is_found(check: Callable[[Docs], Iterator[str]]) -> None:
    file, right, wrong = CHECKS[check]
    docs = read_docs()
    assert right in docs[file], "plant another error: this text is no longer there"
    assert list(check(docs | {file: docs[file].replace(right, wrong)})) != []
