"""`genonaut imports`: what was imported when, and undoing an import as a whole."""

from typing import Annotated, Any

import typer
from sqlalchemy import Row

from genonaut.cli.import_ import open_connection
from genonaut.cli.options import Env, Json, Yes, confirm
from genonaut.config import load_settings
from genonaut.db.session import open_database
from genonaut.ingest.imports import (
    contents_of,
    creators_of,
    find_import,
    list_imports,
    remove_items,
)
from genonaut.library.removing import emptying, forget_files, remove_files
from genonaut.library.roots import Library
from genonaut.running.output import number_of, print_json, print_table, say

app = typer.Typer(help="Past imports: list, show, remove.", no_args_is_help=True)

Wanted = Annotated[str, typer.Argument(help="The import's name or number.", metavar="IMPORT")]


def register(commands: typer.Typer) -> None:
    commands.add_typer(app, name="imports")


@app.command("list")
def list_(env: Env = None, as_json: Json = False) -> None:
    """List imports, the newest first: their items then, and those that are there now."""
    with open_database(load_settings(env)) as database, open_connection(database) as connection:
        found = list_imports(connection)
    if as_json:
        print_json([dict(each._mapping) for each in found])  # noqa: SLF001 - public, by its name
        return
    rows = [
        [each.id, each.name, f"{each.started_at:%Y-%m-%d %H:%M}", each.added, each.there]
        for each in found
    ]
    print_table(["number", "name", "began (UTC)", "added", "there now"], rows)


@app.command()
def show(wanted: Wanted, env: Env = None, as_json: Json = False) -> None:
    """Show what an import added, what has changed since, and what removing it would remove."""
    with open_database(load_settings(env)) as database, open_connection(database) as connection:
        found = find_import(connection, wanted)
        contents = contents_of(connection, found.id)
        creators = creators_of(connection, found.id)
    if as_json:
        print_json({**found._mapping, **contents._mapping, "creators": creators})  # noqa: SLF001
        return
    ended = f"{found.ended_at:%Y-%m-%d %H:%M}" if found.ended_at else "runs, or was interrupted"
    say(f"{found.name} (number {found.id}), of {found.sources}")
    say(f"Began {found.started_at:%Y-%m-%d %H:%M} UTC; ended: {ended}.")
    say(_what_is_there(contents))
    for creator in creators:
        say(f"  {number_of(creator['items'], 'item')} of {creator['name']}")


@app.command()
def remove(wanted: Wanted, yes: Yes = False, env: Env = None, as_json: Json = False) -> None:
    """Undo an import: remove the items that it added and that have not changed since.

    Copies of their pictures go too, if no other item uses them. Files in place stay.
    """
    settings = load_settings(env)
    library = Library.of(settings)
    with open_database(settings) as database, open_connection(database) as connection:
        found = find_import(connection, wanted)
        contents = contents_of(connection, found.id)
        connection.rollback()  # nothing is held while the question stands
        confirm(f"{_what_is_there(contents)} Remove {_to_remove(contents)}?", yes=yes)
        with emptying(library):
            removed = remove_items(connection, found.id)
            forgotten = forget_files(connection, [name for name in removed if name])
            connection.commit()
            files = remove_files(connection, library, forgotten)
        left = contents_of(connection, found.id).there
    items = sum(removed.values())
    if as_json:
        print_json({"name": found.name, "removed": items, "files": files, "left": left})
        return
    say(f"Removed {number_of(items, 'item')} and {number_of(files, 'file')} of {found.name}.")
    if left:
        say(f"{number_of(left, 'item')} changed after the import and stayed.")


def _what_is_there(contents: Row[Any]) -> str:
    return (
        f"It added {number_of(contents.added, 'item')}: {contents.there:,} are there, of which "
        f"{contents.changed:,} have changed."
    )


def _to_remove(contents: Row[Any]) -> str:
    return number_of(contents.there - contents.changed, "item")
