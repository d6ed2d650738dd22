"""What actions send to the nodes of a distributed gallery.

    GENONAUT_CITUS_URL=postgresql://... python -m benchmarks.nodes     # count, and keep it
    python -m benchmarks.nodes --draw                                  # docs/distributed.md

Statements and rows are counted, and not times: they are the same on any machine.
"""

import argparse
import json
import os
from uuid import UUID

from benchmarks.nodes.page import COUNTED, counted, table, write
from benchmarks.nodes.work import actions, work
from genonaut.config import load_settings
from genonaut.db.session import Database, open_database
from genonaut.errors import UsageError
from genonaut.running.output import say

_PARTS = "SELECT count(*) FROM citus_shards WHERE table_name = 'content_items_all'::regclass"
_A_CREATOR = "SELECT creator_id FROM content_items_all GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"


def count() -> None:
    """Count it in the gallery that the variable names, and keep it beside other numbers of parts.

    Raises:
        UsageError: it is no distributed gallery, or it has no items.
    """
    os.environ["DATABASE_URL"] = os.environ["GENONAUT_CITUS_URL"]
    settings = load_settings("test")
    with open_database(settings, role="owner") as database:
        if database.layout is None:
            raise UsageError("That gallery is in one place: run `genonaut db distribute` in it.")
        parts, creator = _parts_and_creator(database)
        named = actions(creator, settings.gallery)
        found = {name: work(database, action) for name, action in named.items()}
    everything = {**(counted() if COUNTED.exists() else {}), str(parts): found}
    COUNTED.write_text(json.dumps(everything, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    say(table({str(parts): found}))


def _parts_and_creator(database: Database) -> tuple[int, UUID]:
    with database.engine.connect() as connection:
        parts = connection.exec_driver_sql(_PARTS).scalar_one()
        creator = connection.exec_driver_sql(_A_CREATOR).scalar()
    if creator is None:
        raise UsageError("That gallery is empty: run `genonaut seed` in it.")
    return parts, creator


def main() -> None:
    """Count, or draw."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--draw", action="store_true", help="write docs/distributed.md")
    if parser.parse_args().draw:
        write()
    else:
        count()


if __name__ == "__main__":
    main()
