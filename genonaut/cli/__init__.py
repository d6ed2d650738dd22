"""The command line. A command opens the database and calls the code that does the work."""

import sys
from importlib import import_module
from keyword import iskeyword
from typing import cast

import typer
from typer.core import TyperCommand, TyperGroup

from genonaut.content.rules import showable
from genonaut.errors import GenonautError

Command = TyperCommand | TyperGroup
COMMANDS = (
    "up",
    "api",
    "worker",
    "beat",
    "flower",
    "db",
    "stats",
    "import",
    "watch",
    "export",
    "library",
    "seed",
)
"""In the order of the help. Each is registered by the module of its name."""


class CommandsOnDemand(TyperGroup):
    """Imports a command's module when the command is used: importing all of them takes seconds."""

    def list_commands(self, ctx: object) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: object, cmd_name: str) -> Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        commands = typer.Typer()
        # A module cannot be named like a Python keyword.
        module = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        import_module(f"genonaut.cli.{module}").register(commands)
        return cast("Command", typer.main.get_group(commands).commands[cmd_name])


app = typer.Typer(
    name="genonaut",
    cls=CommandsOnDemand,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def genonaut() -> None:
    """An image gallery whose counts are never slow and never wrong."""


def main(arguments: list[str] | None = None) -> None:
    """Run a command; exits with 0, or with the code of the error that it printed."""
    try:
        app(arguments)
    except GenonautError as error:
        sys.stderr.write(f"genonaut: {showable(str(error))}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(141)
