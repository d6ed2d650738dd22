"""Measure Genonaut beside every other way to count: `python -m benchmarks.side_by_side`."""

import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.side_by_side.contestants.everyone import CONTESTANTS
from benchmarks.side_by_side.measures import MEASURES
from benchmarks.side_by_side.profiles import FULL, QUICK
from benchmarks.side_by_side.report.page import RESULTS, redraw, write
from benchmarks.side_by_side.suite import current_commit, perform
from benchmarks.side_by_side.unfinished import forget, keep, take_up
from genonaut.errors import GenonautError, UsageError
from genonaut.running.interruption import exit_on

FOLDER = Path("benchmarks")
PARTIAL = FOLDER / "partial"


def bench(
    *,
    quick: Annotated[bool, typer.Option("--quick", help="A few minutes: does it run?")] = False,
    rows: Annotated[
        list[int] | None,
        typer.Option(help="Items in a gallery; may be repeated. Default: 100000 and 1000000."),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(help="A contestant; may be repeated. Default: all.", metavar="NAME"),
    ] = None,
    measure: Annotated[
        list[str] | None,
        typer.Option(help=f"One of {', '.join(MEASURES)}; may be repeated.", metavar="NAME"),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(help="Where the results go. Default: benchmarks, or benchmarks/partial."),
    ] = None,
    go_on: Annotated[
        bool,
        typer.Option("--continue", help="Go on with a run of this commit that was broken off."),
    ] = False,
    again: Annotated[
        bool, typer.Option("--redraw", help="Measure nothing: redraw the results.")
    ] = False,
) -> None:
    """Measure counting side by side with every other way, and write the results with plots.

    Takes about 45 minutes. The machine should have nothing else to do.
    """
    whole = not (quick or only or measure)
    folder = output or (FOLDER if whole or again else PARTIAL)
    if again:
        redraw(folder)
        return
    exit_on(signal.SIGTERM)
    # In the background of a shell it would be ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    profile = QUICK if quick else FULL
    if rows:
        profile = profile.with_rows(tuple(rows))
    measures = _known(measure or list(MEASURES), MEASURES, "measure")
    begun = take_up(folder, profile, current_commit()) if go_on else None
    with _progress(len(measures)) as (status, advance):

        def on_measured(name: str, raw: dict[str, Any]) -> None:
            keep(folder, raw)
            advance(name, raw["seconds"][name])

        raw = perform(
            profile,
            begun=begun,
            contestants=_known(only or list(CONTESTANTS), CONTESTANTS, "contestant"),
            measures=measures,
            status=status,
            on_measured=on_measured,
        )
    write(folder, raw)
    forget(folder)
    typer.echo(f"The results are in {folder / RESULTS}. It took {raw['minutes']:.1f} minutes.")


def _known(names: list[str], known: Mapping[str, object], what: str) -> list[str]:
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UsageError(f"There is no {what} {unknown[0]!r}: use {', '.join(known)}.")
    return names


@contextmanager
def _progress(steps: int) -> Iterator[tuple[Callable[[str], None], Callable[[str, int], None]]]:
    """A progress bar if standard error is a terminal, and a line for each measure that is done."""
    console = Console(stderr=True)
    columns = BarColumn(20), TimeElapsedColumn(), TextColumn("{task.description}")
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("starting", total=steps)

        def advance(name: str, seconds: int) -> None:
            console.print(f"{name}: measured, in {seconds:,} seconds", highlight=False)
            bar.advance(task)

        yield lambda text: bar.update(task, description=text), advance


app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
app.command()(bench)


def main(arguments: list[str] | None = None) -> None:
    """Run the command; exits with 0, or with the code of the error that it printed."""
    try:
        app(arguments, prog_name="python -m benchmarks.side_by_side")
    except GenonautError as error:
        sys.stderr.write(f"benchmark: {error}\n")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
