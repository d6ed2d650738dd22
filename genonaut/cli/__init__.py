"""The command line. A command opens the database and calls the code that does the work."""

import gc
import sys
from importlib import import_module
from keyword import iskeyword
from typing import Annotated, Any, cast

import typer
from typer.core import TyperCommand, TyperGroup

from genonaut import __version__
from genonaut.cli.examples import add_examples
from genonaut.cli.options import Home, accept_home
from genonaut.content.rules import showable
from genonaut.errors import GenonautError

Command = TyperCommand | TyperGroup
COMMANDS = {
    "Serving": {
        "up": "Start everything, and stop it with Ctrl-C.",
        "api": "Serve the API and the pages alone.",
        "doctor": "Check what Genonaut needs, and say what to do.",
    },
    "Pictures": {
        "import": "Import pictures, tables of prompts, or an export.",
        "imports": "Past imports: list, show, remove.",
        "watch": "Take in pictures as they are written.",
        "export": "Write the gallery to a folder that an import takes back.",
        "library": "The pictures' files: where they are, what is wrong.",
        "seed": "Fill an empty database with demo data.",
    },
    "People": {
        "user": "Accounts: add, list, change, disable.",
        "token": "Tokens of programs: add, list, revoke.",
        "audit": "Print who did what, the newest first.",
    },
    "Counts and database": {
        "stats": "The counts: show, refresh, check.",
        "db": "The database: its schema, its address, a shell.",
    },
    "Working in the background": {
        "worker": "Refresh and fold the counts.",
        "beat": "Schedule refreshes and folds.",
        "flower": "Show workers and tasks.",
    },
}
"""In the order of the help. Each is registered by the module of its name."""
SMALL = {"up", "api"}
"""Commands that stay and log nothing themselves, so that they need not load what logs."""


class CommandsOnDemand(TyperGroup):
    """Imports a command's module when the command is used: importing all of them takes seconds.

    Until then, a command is its name and a line of help.
    """

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 - Typer's
        super().__init__(**attributes)
        self.commands = {
            name: TyperCommand(name, help=line, rich_help_panel=panel)
            for panel, lines in COMMANDS.items()
            for name, line in lines.items()
        }
        add_examples(self, "genonaut")

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - Typer's own
        """The command that is called, or a suggestion if there is none of that name."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command and load_command(str(name)), rest


def load_command(name: str) -> Command:
    """A command as its module registers it, with its examples."""
    commands = typer.Typer()
    import_module_of(name).register(commands)
    command = cast("Command", typer.main.get_group(commands).commands[name])
    add_examples(command, f"genonaut {name}")
    accept_home(command)
    return command


def import_module_of(name: str) -> Any:  # noqa: ANN401 - a module with `register`
    """A module of the command line, imported in less time."""
    gc.disable()  # importing makes no garbage, and looking for some takes an eighth of the time
    try:
        if name not in SMALL:
            import_module("genonaut.logs")  # first, for it imports structlog in its own way
        # A module cannot be named like a Python keyword.
        return import_module(f"genonaut.cli.{name}_" if iskeyword(name) else f"genonaut.cli.{name}")
    finally:
        gc.enable()


app = typer.Typer(
    name="genonaut",
    cls=CommandsOnDemand,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"genonaut {__version__}")
        raise typer.Exit


@app.callback()
def genonaut(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version and exit.",
            metavar="",
            is_eager=True,
            callback=_print_version,
        ),
    ] = False,
    home: Home = None,
) -> None:
    """An image gallery whose counts are never slow and never wrong."""


def main(arguments: list[str] | None = None) -> None:
    """Run a command; exits with 0, or with the code of the error that it printed."""
    try:
        app(arguments, prog_name=app.info.name)
    except GenonautError as error:
        from genonaut.hints import in_text  # noqa: PLC0415 - it takes longer than --version

        sys.stderr.write(f"genonaut: {showable(in_text(str(error)))}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(141)
