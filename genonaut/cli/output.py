"""What commands print: tables and sentences for people, JSON for machines."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
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
