"""What commands print: tables and sentences for people, JSON for machines."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table


def say(text: str) -> None:
    """Print a line, unchanged whatever is in it."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def print_json(value: Any) -> None:  # noqa: ANN401
    """Print a value as JSON; times and ids become strings."""
    say(json.dumps(value, default=str, indent=2))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table; numbers get thousands separators and stand at the right."""
    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    for index, column in enumerate(table.columns):
        if any(isinstance(row[index], int) for row in rows):
            column.justify = "right"
    Console(soft_wrap=True, markup=False, highlight=False).print(table)


def _cell(value: Any) -> str:  # noqa: ANN401
    return f"{value:,}" if isinstance(value, int) else str(value)


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal's standard error; nothing elsewhere."""
    columns = TextColumn(what), BarColumn(), TaskProgressColumn(), TimeRemainingColumn()
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, in_all: bar.update(task, completed=done, total=in_all)
