"""The order of floors: a package imports from the floors below, never from beside or above."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import genonaut

ROOT = Path(genonaut.__file__).parent

FLOORS = [
    "errors counting pictures",
    "config_variables config_servers extras plain_words",
    "config_layers config_secrets embedded",
    "config_home config_people",
    "config",
    "logs broker db hints",
    "content",
    "library people",
    "ingest demo worker",
    "archive",
    "api",
    "web",
    "app running",
    "cli",
]
"""From the ground up. CONTRIBUTING.md and docs/architecture.md print this list."""

# Scripts whose places are promised to their users: each is a command by another name.
SCRIPTS = {
    "genonaut/db/refresh_gen_source_stats.py",
    "genonaut/db/refresh_tag_stats.py",
    "genonaut/__main__.py",
}
HEIGHT = {room: height for height, floor in enumerate(FLOORS) for room in floor.split()}


def imported(tree: ast.Module) -> Iterator[str]:
    """The names of our own rooms that a module imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def upward_imports(root: Path) -> list[str]:
    """Every import of a room that is not below the importer's own, as `file -> module`."""
    found = []
    for file in sorted(root.rglob("*.py")):
        relative = file.relative_to(root)
        room = relative.parts[0].removesuffix(".py")
        if str(Path("genonaut") / relative) in SCRIPTS or room == "__init__":
            continue
        for name in imported(ast.parse(file.read_text())):
            package, _, rest = name.partition(".")
            other = rest.partition(".")[0]
            if package == "genonaut" and other != room and HEIGHT.get(other, -1) >= HEIGHT[room]:
                found.append(f"{relative} -> {name}")
    return found


def test_every_room_has_a_floor() -> None:
    rooms = {
        path.name.removesuffix(".py")
        for path in ROOT.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert rooms - {"__init__", "__main__"} == set(HEIGHT)


def test_imports_point_down() -> None:
    assert upward_imports(ROOT) == []


@pytest.mark.parametrize(
    "line",
    ["from genonaut.cli import main", "import genonaut.web.state", "from genonaut import api"],
)
def test_an_upward_import_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "planted.py").write_text(f"def late() -> None:\n    {line}\n")
    assert [found.partition(" -> ")[0] for found in upward_imports(tmp_path)] == ["db/planted.py"]
