"""`genonaut db distribute` and `genonaut db nodes`: the gallery on many nodes. Experimental."""

from dataclasses import asdict
from typing import Annotated

import typer
from sqlalchemy.exc import DBAPIError

from genonaut.cli.options import Env, Json, Yes, confirm
from genonaut.config import Settings, load_settings
from genonaut.counting.audit import DISTRIBUTE
from genonaut.db.counts import build_counts
from genonaut.db.distributed.checks import require_citus
from genonaut.db.distributed.detection import is_distributed
from genonaut.db.distributed.distribute import distribute, require_distributable, size_of_content
from genonaut.db.distributed.nodes import Node, nodes_of
from genonaut.db.distributed.script import script
from genonaut.db.failures import explain
from genonaut.db.session import open_database
from genonaut.errors import UsageError
from genonaut.running.output import number_of, print_built_counts, print_json, print_table, say

DEFAULT_SHARDS = 32
MOST_SHARDS = 512  # each has homes of its own in the list that is made

Shards = Annotated[
    int,
    typer.Option(
        help="Into how many parts items are spread; more than there will be nodes.",
        min=2,
        max=MOST_SHARDS,
        metavar="N",
    ),
]


def distribute_(
    *,
    shards: Shards = DEFAULT_SHARDS,
    print_: Annotated[
        bool, typer.Option("--print", help="Print the SQL, and do nothing.", metavar="")
    ] = False,
    yes: Yes = False,
    env: Env = None,
) -> None:
    """Spread the gallery over the nodes of Citus, or repair one that is spread. Experimental."""
    if print_:
        say("\n".join(["BEGIN;", *script(shards), "COMMIT;"]))
        return
    settings = load_settings(env)
    fresh = _distribute(settings, shards, yes=yes)
    # Opened again, since its connections have to know it.
    with open_database(settings, role="owner") as database:
        counts = build_counts(database, DISTRIBUTE)
    say(
        f"The gallery is spread over {number_of(shards, 'part')}: start the API and the worker, "
        "and give the roles their rights again with `genonaut db roles --apply`."
        if fresh
        else "The gallery was spread already: its functions and triggers are in place."
    )
    print_built_counts(counts)


def _distribute(settings: Settings, shards: int, *, yes: bool) -> bool:
    if settings.db.is_embedded:
        raise UsageError("The embedded server has no Citus: name a database of your own.")
    with open_database(settings, role="owner") as database:
        try:
            require_distributable(database.engine)
            if database.layout is None:
                items, size = size_of_content(database.engine)
                if items:
                    confirm(
                        f"{number_of(items, 'item')}, {size / 1e6:,.0f} MB with all that refers to "
                        "them, are moved to other nodes. Until that is done nothing can be read or "
                        "written, and there is no way back but a dump. Go on?",
                        yes=yes,
                    )
            return distribute(database.engine, shards)
        except DBAPIError as error:
            raise explain(error, database.url) from error


def nodes_(env: Env = None, as_json: Json = False) -> None:
    """Show the nodes: parts, sizes, and which parts lack a trigger or a home. Experimental."""
    with open_database(load_settings(env)) as database, database.transaction() as session:
        connection = session.connection()
        require_citus(connection)
        if not is_distributed(connection):
            raise UsageError(f"The gallery is in one place: `{DISTRIBUTE}` spreads it.")
        nodes = nodes_of(connection)
    all_well = all(node.answers and not node.troubles for node in nodes)
    if as_json:
        print_json({"ok": all_well, "nodes": [asdict(node) for node in nodes]})
    else:
        _print_nodes(nodes)
        say("All is well." if all_well else f"Problems found. `{DISTRIBUTE}` puts triggers back.")
    if not all_well:
        raise typer.Exit(1)


def _print_nodes(nodes: list[Node]) -> None:
    rows = [
        [
            node.node,
            "coordinator" if node.is_coordinator else "worker",
            "yes" if node.answers else "NO",
            node.parts,
            f"{node.bytes / 1e6:,.1f} MB",
        ]
        for node in nodes
    ]
    print_table(["node", "role", "answers", "parts", "size"], rows)
    for node in nodes:
        for trouble in node.troubles:
            say(f"BAD  {node.node:<20} {trouble}")
