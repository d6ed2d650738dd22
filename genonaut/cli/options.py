"""Options that several commands share."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from typer.core import TyperCommand, TyperGroup

from genonaut.content.rules import showable
from genonaut.errors import UsageError


def set_variables(**given: object) -> None:
    """Set environment variables to the options that were given; a path becomes an absolute one."""
    for name, value in given.items():
        if value is None:
            continue
        os.environ.pop(f"{name}_FILE", None)  # the option wins over a file too
        path = value.expanduser().absolute() if isinstance(value, Path) else value
        os.environ[name] = str(path)


def _set_environment(value: str | None) -> str | None:
    """As a variable, so that hints name it and the processes that this one starts have it too."""
    if value is None:
        from genonaut.config import refuse_contradiction  # noqa: PLC0415 - as long as --version

        refuse_contradiction()
    set_variables(GENONAUT_ENV=value)
    return value


def _set_home(context: typer.Context, value: Path | None) -> Path | None:
    """Likewise. It may stand before the command or behind it.

    Raises:
        UsageError: it stands at both places, with two folders.
    """
    given = context.find_root().meta
    if value is not None and given.setdefault(HOME, value) != value:
        raise UsageError(f"--home is given twice, as {given[HOME]} and {value}: leave out one.")
    set_variables(GENONAUT_HOME=value)
    return value


HOME = "genonaut.home"
Env = Annotated[
    str | None,
    typer.Option(
        "--env",
        help="The environment: dev, demo, test or own. Default: GENONAUT_ENV, else that of the "
        "gallery in --home, else demo.",
        show_default=False,
        metavar="NAME",
        callback=_set_environment,
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
        is_eager=True,  # --env is checked with it
        callback=_set_home,
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


def accept_home(command: TyperCommand | TyperGroup) -> None:
    """Let --home stand behind a command too. Only the help of `genonaut` itself names it."""
    for below in command.commands.values() if isinstance(command, TyperGroup) else ():
        accept_home(cast("TyperCommand | TyperGroup", below))
    if not any("--home" in parameter.opts for parameter in command.params):
        command.params.append(_hidden_home())


def _hidden_home() -> Any:  # noqa: ANN401 - Typer's, which has no public name
    app = typer.Typer(add_completion=False)

    @app.command()
    def only(home: Home = None) -> None:
        """Never called: Typer makes the option from it."""

    option: Any = typer.main.get_command(app).params[0]
    option.hidden, option.expose_value = True, False
    return option
