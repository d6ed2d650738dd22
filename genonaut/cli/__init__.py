"""The command line. A command is a door: it opens the database and calls what is behind it."""

import sys

import typer

from genonaut.cli import bench, content, db, parts, serve, stats, up
from genonaut.errors import GenonautError

app = typer.Typer(
    name="genonaut",
    help="An image gallery whose counts are never slow and never wrong.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(db.app, name="db")
app.add_typer(stats.app, name="stats")
up.register(app)
serve.register(app)
parts.register(app)
content.register(app)
bench.register(app)


def main(arguments: list[str] | None = None) -> None:
    """Run a command; exits with 0, or with the code of the error that it printed."""
    try:
        app(arguments)
    except GenonautError as error:
        sys.stderr.write(f"genonaut: {error}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(141)
