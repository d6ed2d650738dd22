"""The documents against the code: nothing undocumented, nothing documented that is not there.

Each check takes all documents and says what is wrong. Each is also given an error on purpose.
What the documents' examples print is compared in tests/system/test_documents.py.
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
from sqlalchemy import create_engine, make_url

from genonaut.app import create_app
from genonaut.config import Settings, known_keys, load_settings
from genonaut.config_variables import VARIABLES
from genonaut.db.session import Database
from tests.support.command_line import commands
from tests.support.docs import ROOT, Docs, code, read_docs, section
from tests.support.matrix import in_docs, read_matrix

ENVIRONMENTS = ("dev", "demo", "test")


@cache
def sources() -> str:
    files = [file for ending in ("py", "sql") for file in (ROOT / "genonaut").rglob(f"*.{ending}")]
    files += [file for file in (ROOT / "tests").rglob("*.py") if file != Path(__file__)]
    return "\n".join(file.read_text(encoding="utf-8") for file in [*files, ROOT / "Makefile"])


KNOWN_COMMANDS = dict(commands())


def options(command: Any) -> set[str]:
    shown = [each for each in command.params if not getattr(each, "hidden", False)]
    return {option for parameter in shown for option in parameter.opts} - {"--help"}


def make_targets() -> set[str]:
    rules = re.findall(r"^([a-z%-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    return {rule.replace("%", name) for rule in rules for name in ENVIRONMENTS}


@cache
def openapi() -> dict[str, Any]:
    nowhere = make_url("postgresql+psycopg://nowhere/nothing")
    database = Database(nowhere, create_engine(nowhere), is_embedded=False)
    return create_app(load_settings("test"), database).openapi()


def routes() -> dict[str, dict[str, Any]]:
    paths = openapi()["paths"].items()
    return {
        f"{method.upper()} {path}": route for path, ways in paths for method, route in ways.items()
    }


# --- What the code has and the documents have not


def undocumented_commands(docs: Docs) -> Iterator[str]:
    for name, command in KNOWN_COMMANDS.items():
        if hasattr(command, "commands"):
            continue
        text = section(docs["docs/commands.md"], name)
        if not text:
            yield f"docs/commands.md has no section {name!r}"
        for option in options(command):
            if option.startswith("--") and f"`{option}" not in text:
                yield f"docs/commands.md, {name}: {option} is missing"


def undocumented_targets(docs: Docs) -> Iterator[str]:
    for target in sorted(make_targets()):
        if f"`make {target}`" not in section(docs["docs/commands.md"], "Make targets"):
            yield f"docs/commands.md: make {target} is missing"


def wrong_settings(docs: Docs) -> Iterator[str]:
    table = section(docs["docs/configuration.md"], "Settings")
    rows = dict(re.findall(r"^\| `([\w.-]+)` \|(.*)$", table, re.MULTILINE))
    lists = {
        "library.watch": section(docs["docs/configuration.md"], "Watched folders"),
        "auth.oidc": section(docs["docs/people.md"], "Single sign-on"),
    }
    for name, table in lists.items():
        rows |= {
            f"{name}[].{key}": text
            for key, text in re.findall(r"^\| `([\w.-]+)` \|(.*)$", table, re.MULTILINE)
        }
    keys = known_keys(Settings)
    variables = {"environment": "GENONAUT_ENV"} | {key: name for name, key in VARIABLES.items()}
    base = json.loads((ROOT / "config/base.json").read_text())
    for key in keys:
        default: Any = base
        for part in key.split("."):
            default = default.get(part) if isinstance(default, dict) else None
        if key not in rows:
            yield f"docs/configuration.md: the setting {key} is missing"
        elif "[]" not in key and f"| `{variables[key]}`" not in rows[key]:
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


def unexplained_dependencies(docs: Docs) -> Iterator[str]:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project, groups = declared["project"], declared["dependency-groups"]
    chosen = [*project["optional-dependencies"].values(), *groups.values()]
    wanted = sum(chosen, project["dependencies"])
    table = section(docs["docs/architecture.md"], "Dependencies")
    for requirement in wanted:
        name = re.split(r"[^\w-]", requirement)[0]
        if name == project["name"]:  # an extra of several
            continue
        if (rows := len(re.findall(rf"`{name}[`\[]", table))) != 1:
            yield f"docs/architecture.md: the dependency {name} stands in {rows} rows"


def undocumented_routes(docs: Docs) -> Iterator[str]:
    for name, route in routes().items():
        about = section(docs["docs/api.md"], name)
        if not about:
            yield f"docs/api.md has no section '{name}'"
            continue
        wanted = [f"`{parameter['name']}`" for parameter in route.get("parameters", ())]
        # Those that any route can return are explained once, above.
        wanted += sorted(route["responses"].keys() - {"200", "401", "500", "503", "504"})
        yield from (
            f"docs/api.md, {name}: {word} is missing" for word in wanted if word not in about
        )


def undocumented_fields(docs: Docs) -> Iterator[str]:
    for name, shape in openapi()["components"]["schemas"].items():
        for field in shape.get("properties", ()):
            if not re.search(rf"[`\"]{field}[`\"]", docs["docs/api.md"]):
                yield f"docs/api.md: the field {field} of {name} is missing"


def wrong_access(docs: Docs) -> Iterator[str]:
    said = re.findall(r"^\| `[A-Z]+ /.*\n", docs["docs/access.md"], re.MULTILINE)
    wanted = in_docs(read_matrix()).splitlines(keepends=True)[2:]  # without the head
    yield from (
        f"docs/access.md: this line is wrong: {line}" for line in said if line not in wanted
    )
    yield from (f"docs/access.md has no line {line}" for line in wanted if line not in said)


def unshown_threats(docs: Docs) -> Iterator[str]:
    table = section(docs["docs/threat-model.md"], "Who is not, and what stops them")
    rows = [row for row in table.splitlines() if row.startswith("| ")][2:]
    if not rows:
        yield "docs/threat-model.md has no threats"
    yield from (
        f"docs/threat-model.md: no test shows {row}" for row in rows if "::test_" not in row
    )
    for page in ("SECURITY.md", "README.md"):
        if "docs/threat-model.md)" not in docs[page]:
            yield f"{page} does not link to the threat model"


# Each check, and an error that it must find: in which document, what to replace by what.
CHECKS: dict[Callable[[Docs], Iterator[str]], tuple[str, str, str]] = {
    undocumented_commands: ("docs/commands.md", "`--rejects PATH`", "`--reject PATH`"),
    undocumented_targets: ("docs/commands.md", "`make psql-dev`, ", ""),
    wrong_settings: ("docs/configuration.md", "| `5000` |", "| `500` |"),
    undocumented_variables: ("docs/configuration.md", "`GENONAUT_POSTGRES_BIN`", "`POSTGRES_BIN`"),
    unexplained_dependencies: ("docs/architecture.md", "`alembic`", "`elixir`"),
    undocumented_routes: ("docs/api.md", "Errors: 404, 422.", "Errors: 404."),
    undocumented_fields: ("docs/api.md", "next_after", "next_page"),
    wrong_access: (
        "docs/access.md",
        "| `DELETE /api/v1/tags/{tag_id}` | no | no |",
        "| `DELETE /api/v1/tags/{tag_id}` | no | yes |",
    ),
    unshown_threats: (
        "docs/threat-model.md",
        "`tests/system/test_serving.py::test_an_open_address_is_refused_before_anything_listens`",
        "a test",
    ),
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_everything_is_documented(check: Callable[[Docs], Iterator[str]]) -> None:
    assert list(check(read_docs())) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_an_omission_is_found(check: Callable[[Docs], Iterator[str]]) -> None:
    assert list(check(planted(*CHECKS[check]))) != []


def planted(file: str, right: str, wrong: str) -> Docs:
    docs = read_docs()
    assert right in docs[file], "plant another error: this text is no longer there"
    return docs | {file: docs[file].replace(right, wrong)}


# --- What the documents name and the code has not


def is_command(call: str) -> bool:
    name, *words = call.split()
    if words[0] == "--home":  # stands before any command
        words = words[2:]
    while words and f"{name} {words[0]}" in KNOWN_COMMANDS:
        name = f"{name} {words.pop(0)}"
    command = KNOWN_COMMANDS[name]
    if hasattr(command, "commands") and words and not words[0].startswith("--"):
        return False
    ours = words[: words.index("--")] if "--" in words else words
    given = {word.split("=")[0] for word in ours if word.startswith("--")}
    return given <= options(command) | {"--help"}


def is_file(path: str) -> bool:
    made_by_the_reader = "NNNN" in path or "_content_type." in path
    return made_by_the_reader or (ROOT / path.rstrip(".")).exists()


def is_test(name: str) -> bool:
    path, _, function = name.partition("::")
    file = ROOT / path
    return file.exists() and f"\ndef {function}(" in file.read_text(encoding="utf-8")


def is_in_the_database(name: str) -> bool:
    return name.endswith("_") or bool(re.search(rf"\b{name}\b|{name}(?=%)", sources()))


# What is named how, whether it exists, and an error that must be found.
NAMES: dict[str, tuple[str, Callable[[str], bool], tuple[str, str, str]]] = {
    "command": (
        r"(?:^|(?<!-g)(?<!/lib)[\s/])(genonaut(?: (?!\.\.\.)[^\s|`;)\"]+)+)",
        is_command,
        ("README.md", "genonaut stats check\n", "genonaut stats prove\n"),
    ),
    "make target": (
        r"^(?:\$ )?(?:\w+=\S+ )*make ([a-z-]+)",
        lambda name: name in make_targets(),
        ("README.md", "\nmake demo\n", "\nmake dome\n"),
    ),
    "variable": (
        r"\b(?:GENONAUT|DB|API|AUTH|LOG)_[A-Z_]*[A-Z]\b",
        lambda name: f'"{name}"' in sources() or name.removesuffix("_FILE") in VARIABLES,
        ("README.md", "`GENONAUT_HOME`", "`GENONAUT_HUT`"),
    ),
    "file": (
        r"(?<![\w/.~-])((?:genonaut|config|deploy|docs|tests|benchmarks)/[\w./-]*"
        r"|requirements(?:-dev)?\.lock|pyproject\.toml)",
        is_file,
        ("CONTRIBUTING.md", "`genonaut/errors.py`", "`genonaut/faults.py`"),
    ),
    "test": (
        r"(tests/[\w/]+\.py::\w+)",
        is_test,
        ("docs/threat-model.md", "::test_no_secret_is_stored`", "::test_no_secret_is_kept`"),
    ),
    "module": (
        r"python -m ([\w.]+)",
        lambda name: find_spec(name) is not None,
        ("docs/benchmark.md", "-m benchmarks.side_by_side", "-m benchmarks.back_to_back"),
    ),
    "database name": (
        r"\b(?:idx_)?(?:gen_source|content_items)_\w+",
        is_in_the_database,
        ("docs/counting.md", "`gen_source_deltas`", "`gen_source_x`"),
    ),
    "route": (
        r"^((?:GET|POST|PUT|PATCH|DELETE) /(?:api/v1/|health|metrics)[^\s?]*)",
        lambda name: name in routes(),
        (
            "docs/architecture.md",
            "`GET /api/v1/content/stats/unified?",
            "`GET /api/v1/content/stats?",
        ),
    ),
}


def names_that_do_not_exist(docs: Docs, what: str) -> list[str]:
    pattern, exists, _ = NAMES[what]
    return [
        f"{file}: there is no {what} {name}"
        for file, text in docs.items()
        for name in re.findall(pattern, code(text), re.MULTILINE)
        if not exists(name)
    ]


@pytest.mark.parametrize("what", NAMES)
def test_what_is_named_exists(what: str) -> None:
    assert names_that_do_not_exist(read_docs(), what) == []


@pytest.mark.parametrize("what", NAMES)
def test_a_wrong_name_is_found(what: str) -> None:
    *_, error = NAMES[what]
    assert names_that_do_not_exist(planted(*error), what) != []
