"""`genonaut library`: where pictures are, and whether they still are."""

from pathlib import Path
from typing import Annotated

import typer

from genonaut.cli.import_ import open_connection
from genonaut.cli.options import Env, Json
from genonaut.config import load_settings
from genonaut.db.session import open_database
from genonaut.library.check import Findings, check, repair
from genonaut.library.roots import Library
from genonaut.running.output import number_of, print_json, print_table, say

app = typer.Typer(help="The pictures' files: where they are, what is wrong.", no_args_is_help=True)

SHOWN = 5
_WORDS = {
    "missing": "missing: items that name them show no picture",
    "changed": "changed: import the folder again",
    "found": "there again, but still marked as missing",
    "unused": "named by no item",
    "stray": "copies that the database does not know",
    "without_thumbnail": "without thumbnails, or not compared with others yet",
}


def register(commands: typer.Typer) -> None:
    commands.add_typer(app, name="library")


@app.command("roots")
def list_roots(env: Env = None, as_json: Json = False) -> None:
    """List the folders that pictures are served from, by their names."""
    settings = load_settings(env)
    with open_database(settings) as database, open_connection(database) as connection:
        roots = sorted(Library.of(settings).roots(connection).items())
    if as_json:
        print_json({name: str(path) for name, path in roots})
    else:
        print_table(["name", "folder"], [[name, path] for name, path in roots])


@app.command("move-root")
def move_root(
    name: Annotated[str, typer.Argument(help="The root's name.", metavar="NAME")],
    path: Annotated[Path, typer.Argument(help="Where its folder is now.", metavar="PATH")],
    env: Env = None,
) -> None:
    """Say where the folder of a root is now, after it was moved. No item changes."""
    settings = load_settings(env)
    with open_database(settings) as database, open_connection(database) as connection:
        Library.of(settings).move(connection, name, path)
    say(f"The root {name} is {path.resolve()}.")


@app.command("check")
def check_library(
    env: Env = None,
    mend: Annotated[
        bool, typer.Option("--repair", help="Set right what can be set right.", metavar="")
    ] = False,
    as_json: Json = False,
) -> None:
    """Compare the files with the database.

    Exits with 1 if something is wrong, or still is after --repair. It touches no file in place.
    """
    settings = load_settings(env)
    library = Library.of(settings)
    with open_database(settings) as database, open_connection(database) as connection:
        findings = check(connection, library)
        connection.rollback()
        if mend:
            repair(connection, library, findings)
        if mend and not findings.all_well:
            _print(findings, quiet=as_json)
            findings = check(connection, library)
    if as_json:
        print_json({"ok": findings.all_well, "files": findings.files, **findings.wrong})
    else:
        _print(findings)
    if not findings.all_well:
        raise typer.Exit(1)


def _print(findings: Findings, *, quiet: bool = False) -> None:
    if quiet:
        return
    for kind, names in findings.wrong.items():
        if names:
            say(f"BAD  {number_of(len(names), 'file')} {_WORDS[kind]}")
            for name in names[:SHOWN]:
                say(f"     {name}")
    say(
        f"{number_of(findings.files, 'file')} checked: "
        + ("all is well." if findings.all_well else "problems found.")
    )
