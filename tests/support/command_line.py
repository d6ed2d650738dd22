"""The command line as a tree: every command by its full name."""

from collections.abc import Iterator
from typing import Any

import typer

from genonaut.cli import app


def commands(group: Any = None, name: str = "genonaut") -> Iterator[tuple[str, Any]]:
    """Every command by its full name, groups too."""
    group = group or typer.main.get_command(app)
    yield name, group
    if not hasattr(group, "commands"):
        return
    context = typer.Context(group)
    for child in group.list_commands(context):
        _, command, _ = group.resolve_command(context, [child])
        yield from commands(command, f"{name} {child}")
