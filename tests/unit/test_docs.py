"""The documents against the code: nothing undocumented, nothing documented that is not there.

Each check takes all documents and says what is wrong. Each is also given an error on purpose.
"""

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy import create_engine, make_url

from genonaut.app import create_app
from genonaut.cli import app
from genonaut.config import Settings, _known_keys, load_settings
from genonaut.config_layers import VARIABLES
from genonaut.db.session import Database

ROOT = Path(__file__).parents[2]
Docs = dict[str, str]

CODE_BLOCK = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE_SPAN = re.compile(r"`([^`\n]+)`")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
FILE = re.compile(
    r"(?<![\w/.~-])((?:genonaut|config|docs|tests|benchmarks)/[\w./-]*"
    r"|requirements(?:-dev)?\.lock|pyproject\.toml)"
)
MAKE = re.compile(r"^(?:\$ )?(?:\w+=\S+ )*make ([a-z-]+)", re.MULTILINE)
ROUTE = re.compile(r"^### (GET|POST|PUT|PATCH|DELETE) (\S+)$", re.MULTILINE)
ENVIRONMENTS = ("dev", "demo", "test")
SECTIONS = ["Context", "Decision", "Consequences", "Alternatives"]


def read_docs() -> Docs:
    files = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    return {str(file.relative_to(ROOT)): file.read_text(encoding="utf-8") for file in files}


@cache
def sources() -> str:
    files = [file for ending in ("py", "sql") for file in (ROOT / "genonaut").rglob(f"*.{ending}")]
    files += [file for file in (ROOT / "tests").rglob("*.py") if file != Path(__file__)]
    return "\n".join(file.read_text(encoding="utf-8") for file in [*files, ROOT / "Makefile"])


def section(text: str, heading: str) -> str:
    """What stands below a heading, down to the next one; empty if there is none."""
    prose = CODE_BLOCK.sub(lambda block: block[0].replace("\n#", "\n "), text)
    parts = re.split(r"^#+ (.+)\n", prose, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True)).get(heading, "")


def commands(group: Any = None, name: str = "genonaut") -> Iterator[tuple[str, Any]]:
    """Every command by its full name, groups too."""
    group = group or typer.main.get_command(app)
    yield name, group
    if not hasattr(group, "commands"):
        return
    context = typer.Context(group)
    for child in group.list_commands(context):
        yield from commands(group.get_command(context, child), f"{name} {child}")


def options(command: Any) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts} - {"--help"}


# --- Commands


def undocumented_commands(docs: Docs) -> Iterator[str]:
    for name, command in commands():
        if hasattr(command, "commands"):
            continue
        text = section(docs["docs/commands.md"], name)
        if not text:
            yield f"docs/commands.md has no section {name!r}"
        for option in options(command):
            if option.startswith("--") and f"`{option}" not in text:
                yield f"docs/commands.md, {name}: {option} is missing"
        if f"`{name}`" not in docs["README.md"]:
            yield f"README.md does not list {name}"


def commands_that_do_not_exist(docs: Docs) -> Iterator[str]:
    known = dict(commands())
    for file, line in _lines_of_code(docs):
        for call in re.findall(r"(?:^|[\s/])(genonaut(?: [^\s|`;]+)+)", line):
            name, *words = call.split()
            while words and f"{name} {words[0]}" in known:
                name = f"{name} {words.pop(0)}"
            if hasattr(known[name], "commands") and words and words[0] != "--help":
                yield f"{file}: there is no command {name} {words[0]}"
            ours = words[: words.index("--")] if "--" in words else words
            for word in ours:
                option = word.split("=")[0]
                if option.startswith("--") and option not in options(known[name]) | {"--help"}:
                    yield f"{file}: {name} has no option {option}"


def _lines_of_code(docs: Docs) -> Iterator[tuple[str, str]]:
    """What a reader could type: spans of code, and lines behind a prompt."""
    for file, text in docs.items():
        prose = CODE_BLOCK.sub("", text)
        yield from ((file, span) for span in CODE_SPAN.findall(prose) if "genonaut" in span)
        for block in CODE_BLOCK.findall(text):
            yield from ((file, line) for line in block.splitlines() if line.startswith("$ "))


def make_targets() -> set[str]:
    rules = re.findall(r"^([a-z%-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    return {rule.replace("%", name) for rule in rules for name in ENVIRONMENTS}


def undocumented_targets(docs: Docs) -> Iterator[str]:
    for target in sorted(make_targets()):
        if f"`make {target}`" not in section(docs["docs/commands.md"], "Make targets"):
            yield f"docs/commands.md: make {target} is missing"


def targets_that_do_not_exist(docs: Docs) -> Iterator[str]:
    for file, text in docs.items():
        code = [*CODE_SPAN.findall(CODE_BLOCK.sub("", text)), *CODE_BLOCK.findall(text)]
        for target in MAKE.findall("\n".join(code)):
            if target not in make_targets():
                yield f"{file}: there is no make {target}"


# --- Settings


def wrong_settings(docs: Docs) -> Iterator[str]:
    table = section(docs["docs/configuration.md"], "Settings")
    rows = dict(re.findall(r"^\| `([\w.-]+)` \|(.*)$", table, re.MULTILINE))
    keys = _known_keys(Settings)
    variables = {key: name for name, key in VARIABLES.items()}
    base = json.loads((ROOT / "config/base.json").read_text())
    for key in keys:
        default: Any = base
        for part in key.split("."):
            default = default.get(part) if isinstance(default, dict) else None
        if key not in rows:
            yield f"docs/configuration.md: the setting {key} is missing"
        elif key in variables and f"`{variables[key]}`" not in rows[key]:
            yield f"docs/configuration.md: {key} does not name {variables[key]}"
        elif not isinstance(default, dict | None) and f"`{json.dumps(default)}`" not in rows[key]:
            yield f"docs/configuration.md: the default of {key} is {json.dumps(default)}"
    yield from (
        f"docs/configuration.md: there is no setting {key}" for key in rows.keys() - set(keys)
    )


def undocumented_variables(docs: Docs) -> Iterator[str]:
    read = set(re.findall(r"environ(?:\.get\(|\[)\"(\w+)\"", sources())) | set(VARIABLES)
    read |= set(re.findall(r"\"(GENONAUT_\w+)\"", sources()))
    for name in sorted(read - {"PATH"}):  # which is the system's
        if f"`{name}`" not in docs["docs/configuration.md"]:
            yield f"docs/configuration.md: the variable {name} is missing"


def variables_that_do_not_exist(docs: Docs) -> Iterator[str]:
    for file, text in docs.items():
        for name in re.findall(r"\b(?:GENONAUT|DB|API|LOG)_[A-Z_]*[A-Z]\b", text):
            if f'"{name}"' not in sources():
                yield f"{file}: nothing reads the variable {name}"


def unexplained_dependencies(docs: Docs) -> Iterator[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = sum(project["optional-dependencies"].values(), project["dependencies"])
    table = section(docs["docs/architecture.md"], "Dependencies")
    for requirement in wanted:
        name = re.split(r"[^\w-]", requirement)[0]
        if not re.search(rf"`{name}[`\[]", table):
            yield f"docs/architecture.md: the dependency {name} has no reason"


# --- Routes


@cache
def openapi() -> dict[str, Any]:
    nowhere = make_url("postgresql+psycopg://nowhere/nothing")
    database = Database(nowhere, create_engine(nowhere), is_embedded=False)
    return create_app(load_settings("test"), database).openapi()


def routes() -> dict[tuple[str, str], dict[str, Any]]:
    paths = openapi()["paths"].items()
    return {(method.upper(), path): route for path, ways in paths for method, route in ways.items()}


def undocumented_routes(docs: Docs) -> Iterator[str]:
    text = docs["docs/api.md"]
    for (method, path), route in routes().items():
        about = section(text, f"{method} {path}")
        if not about:
            yield f"docs/api.md has no section '{method} {path}'"
            continue
        wanted = [f"`{parameter['name']}`" for parameter in route.get("parameters", ())]
        # Those that any route can end with are told once, above.
        wanted += sorted(route["responses"].keys() - {"200", "500", "503", "504"})
        yield from (
            f"docs/api.md, {method} {path}: {word} is missing"
            for word in wanted
            if word not in about
        )


def undocumented_fields(docs: Docs) -> Iterator[str]:
    for name, shape in openapi()["components"]["schemas"].items():
        for field in shape.get("properties", ()):
            if not re.search(rf"[`\"]{field}[`\"]", docs["docs/api.md"]):
                yield f"docs/api.md: the field {field} of {name} is missing"


def routes_that_do_not_exist(docs: Docs) -> Iterator[str]:
    for method, path in ROUTE.findall(docs["docs/api.md"]):
        if (method, path) not in routes():
            yield f"docs/api.md: there is no {method} {path}"


# --- Links, files, names


def slugs(text: str) -> set[str]:
    """The anchors of a document, as GitHub makes them."""
    headings = HEADING.findall(CODE_BLOCK.sub("", text))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(docs: Docs) -> Iterator[str]:
    for file, text in docs.items():
        for link in LINK.findall(CODE_BLOCK.sub("", text)):
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


def files_that_do_not_exist(docs: Docs) -> Iterator[str]:
    for file, text in docs.items():
        made = {"docs/add-a-count.md": "_content_type."}.get(file, "NNNN")  # by whoever follows it
        for path in FILE.findall(LINK.sub("]()", text)):
            if made not in path and "NNNN" not in path and not (ROOT / path.rstrip(".")).exists():
                yield f"{file}: there is no {path}"


def modules_that_do_not_exist(docs: Docs) -> Iterator[str]:
    for file, text in docs.items():
        for module in re.findall(r"python -m ([\w.]+)", text):
            if find_spec(module) is None:
                yield f"{file}: there is no module {module}"


def database_names_that_do_not_exist(docs: Docs) -> Iterator[str]:
    for file, text in docs.items():
        for name in re.findall(r"\b(?:idx_)?(?:gen_source|content_items)_\w+", text):
            if not re.search(rf"\b{name}\b|{name}(?=%)", sources()) and not name.endswith("_"):
                yield f"{file}: nothing is named {name}"


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


# Each check, and an error that it must find: in which document, what to replace by what.
CHECKS: dict[Callable[[Docs], Iterator[str]], tuple[str, str, str]] = {
    undocumented_commands: ("docs/commands.md", "`--rejects PATH`", "`--reject PATH`"),
    commands_that_do_not_exist: ("README.md", "genonaut stats check\n", "genonaut stats prove\n"),
    undocumented_targets: ("docs/commands.md", "`make psql-dev`, ", ""),
    targets_that_do_not_exist: ("README.md", "`make test`", "`make tests`"),
    wrong_settings: ("docs/configuration.md", "| `5000` |", "| `500` |"),
    undocumented_variables: ("docs/configuration.md", "`GENONAUT_POSTGRES_BIN`", "`POSTGRES_BIN`"),
    variables_that_do_not_exist: ("README.md", "`GENONAUT_HOME`", "`GENONAUT_HUT`"),
    unexplained_dependencies: ("docs/architecture.md", "`alembic`", "`elixir`"),
    undocumented_routes: ("docs/api.md", "Errors: 404, 422.", "Errors: 404."),
    undocumented_fields: ("docs/api.md", "next_after", "next_page"),
    routes_that_do_not_exist: ("docs/api.md", "### GET /health/ready", "### GET /health/steady"),
    broken_links: ("CONTRIBUTING.md", "counting.md#names", "counting.md#terms"),
    files_that_do_not_exist: ("CONTRIBUTING.md", "`genonaut/errors.py`", "`genonaut/faults.py`"),
    modules_that_do_not_exist: ("CONTRIBUTING.md", "-m tests.counting.soak", "-m tests.soak"),
    database_names_that_do_not_exist: ("docs/counting.md", "`gen_source_deltas`", "`gen_source_x`"),
    incomplete_decisions: ("docs/decisions/0001-ledger.md", "## Alternatives", "## Others"),
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_documents_are_true(check: Callable[[Docs], Iterator[str]]) -> None:
    assert list(check(read_docs())) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_an_error_is_found(check: Callable[[Docs], Iterator[str]]) -> None:
    file, right, wrong = CHECKS[check]
    docs = read_docs()
    assert right in docs[file], "plant another error: this text is no longer there"
    assert list(check(docs | {file: docs[file].replace(right, wrong)})) != []
