"""What commands print: tables and sentences for people, JSON for programs."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from genonaut.content.rules import showable

if TYPE_CHECKING:  # each function imports what it needs of rich: most processes print lines only
    from genonaut.counting.engine import Refresh

BORDERS = 4  # columns of a box that are not text


def say(text: str) -> None:
    """Print a line. Control characters in it, which may be of others, are shown and not sent."""
    sys.stdout.write(showable(text) + "\n")
    sys.stdout.flush()


def say_error(text: object) -> None:
    """Print a line to standard error, likewise."""
    sys.stderr.write(f"genonaut: {showable(str(text))}\n")


def print_json(value: Any) -> None:  # noqa: ANN401
    """Print a value as JSON; times and ids become strings."""
    say(json.dumps(value, default=str, indent=2))


def number_of(number: int, noun: str) -> str:
    """A number with its noun: "1 count", "1,002 counts", "2 processes"."""
    plural = "es" if noun.endswith("s") else "s"
    return f"{number:,} {noun}{'' if number == 1 else plural}"


def print_built_counts(counts: "Mapping[str, Refresh]") -> None:
    """Print a line for each count that was built."""
    for name, built in counts.items():
        say(
            f"Built {number_of(built.rows_checked, 'count')} of {name} "
            f"in {built.duration_seconds:.1f} s."
        )


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print a table; numbers get thousands separators and are aligned right."""
    from rich.console import Console  # noqa: PLC0415 - as above
    from rich.table import Table  # noqa: PLC0415

    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    for index, column in enumerate(table.columns):
        if any(isinstance(row[index], int) for row in rows):
            column.justify = "right"
    Console(soft_wrap=True, markup=False, highlight=False).print(table)


def print_box(rows: Sequence[tuple[str, str]]) -> None:
    """Print headings with their texts: in a box on a terminal that is wide enough, else as lines.

    No text is broken into lines, so that an address can be followed and a command copied.
    """
    from rich.cells import cell_len  # noqa: PLC0415 - as above
    from rich.console import Console  # noqa: PLC0415
    from rich.panel import Panel  # noqa: PLC0415

    width = max(len(heading) for heading, _ in rows) + 2
    lines = [f"{heading:<{width}}{showable(text)}" for heading, text in rows]
    console = Console(soft_wrap=True, markup=False, highlight=False)
    if console.is_terminal and max(map(cell_len, lines)) + BORDERS <= console.width:
        console.print(Panel.fit("\n".join(lines)), soft_wrap=False)
    else:
        console.print("\n".join(f"  {line}" for line in lines))


def _cell(value: Any) -> str:  # noqa: ANN401
    return f"{value:,}" if isinstance(value, int) else showable(str(value))


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error, if that is a terminal."""
    from rich.console import Console  # noqa: PLC0415 - as above
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = TextColumn(what), BarColumn(), TaskProgressColumn(), TimeRemainingColumn()
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
