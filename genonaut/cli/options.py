"""Options that several commands share."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from genonaut.content.rules import showable
from genonaut.errors import UsageError

Env = Annotated[
    str | None,
    typer.Option(
        "--env",
        help="The environment: dev, demo, test or own. Default: GENONAUT_ENV, else own if the "
        "settings name a database, else demo.",
        show_default=False,
        metavar="NAME",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.", metavar="")]
Home = Annotated[
    Path | None,
    typer.Option(
        "--home",
        help="The folder of the data. Default: GENONAUT_HOME, else the account's data folder.",
        show_default=False,
        metavar="FOLDER",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without a question.", metavar="")]


def confirm(question: str, *, yes: bool) -> None:
    """Ask before much is deleted; the command ends, with 1, unless the answer is yes.

    Raises:
        UsageError: there is no terminal to ask on.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(f"{question} There is no terminal to ask: to go on, add --yes.")
    typer.confirm(showable(question), abort=True)


def set_variables(**given: object) -> None:
    """Set environment variables to the options that were given; a path becomes an absolute one."""
    for name, value in given.items():
        if value is None:
            continue
        os.environ.pop(f"{name}_FILE", None)  # the option wins over a file too
        path = value.expanduser().absolute() if isinstance(value, Path) else value
        os.environ[name] = str(path)
