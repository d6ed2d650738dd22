"""Figures of the code, read from its syntax: `python -m tests.support.figures [FOLDER ...]`."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

CHECKOUT = Path(__file__).parents[2]
SMALL, LARGE, LONG = 40, 500, 50
"""Lines: of a file that is small, of one that is large, and of a function that is long."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class File:
    """A file's lines, and those of each of its functions, by name."""

    path: Path
    lines: int
    functions: dict[str, int]
    broad_excepts: int
    commits: int
    prints: int

    @classmethod
    def read(cls, path: Path) -> "File":
        text = path.read_text()
        nodes = list(ast.walk(ast.parse(text)))
        calls = [ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)]
        return cls(
            path.relative_to(CHECKOUT),
            len(text.splitlines()),
            {node.name: _length(node) for node in nodes if isinstance(node, Function)},
            sum(_is_broad(node) for node in nodes),
            sum(call.endswith(".commit") for call in calls),
            calls.count("print"),
        )


def files_of(folder: str) -> list[File]:
    """Every Python file of a folder that is not empty; migrations left out, as they are frozen."""
    return [
        File.read(path)
        for path in sorted((CHECKOUT / folder).rglob("*.py"))
        if path.read_text().strip() and "migrations" not in path.parts
    ]


def table(files: list[File]) -> Iterator[tuple[str, str]]:
    """What there is to know of these files, as names and figures."""
    lines = [file.lines for file in files]
    functions = [length for file in files for length in file.functions.values()]
    thousands = sum(lines) / 1000
    long = [length for length in functions if length > LONG]
    yield "files", f"{len(files)}"
    yield "lines", f"{sum(lines):,}"
    yield "median file", f"{median(lines):g}"
    yield "longest file", f"{max(lines)}"
    yield f"files over {LARGE}", f"{sum(number > LARGE for number in lines)}"
    yield f"files under {SMALL}", f"{sum(number < SMALL for number in lines)}"
    yield "median function", f"{median(functions):g}"
    yield f"functions over {LONG}", f"{len(long)} of {len(functions):,}"
    yield "longest function", f"{max(functions)}"
    for name in ("prints", "broad_excepts", "commits"):
        yield f"{name} / kLOC", f"{sum(getattr(file, name) for file in files) / thousands:.2f}"


def _length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def _is_broad(node: ast.AST) -> bool:
    broad = {None, "Exception", "BaseException"}
    if not isinstance(node, ast.ExceptHandler):
        return False
    return (ast.unparse(node.type) if node.type else None) in broad


def main(folders: list[str]) -> None:
    for folder in folders:
        files = files_of(folder)
        sys.stdout.write(f"{folder}\n")
        sys.stdout.writelines(f"  {name:20}{figure:>12}\n" for name, figure in table(files))
        small = [f"{file.path} {file.lines}" for file in files if file.lines < SMALL]
        sys.stdout.writelines(f"  small: {name}\n" for name in small)


if __name__ == "__main__":
    main(sys.argv[1:] or ["genonaut", "benchmarks", "tests"])
