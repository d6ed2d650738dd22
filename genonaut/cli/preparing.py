"""What `genonaut up` has the API do before it serves: a current schema, demo data, built counts.

The API does it and not the supervisor, which stays as small as it starts.
"""

from genonaut.cli.seed import seed_with_progress
from genonaut.config import Settings
from genonaut.db.counts import build_counts
from genonaut.db.session import Database, open_database
from genonaut.people.accounts import Accounts
from genonaut.people.audit import COMMAND
from genonaut.people.links import Links
from genonaut.running.output import print_built_counts


def prepare(settings: Settings) -> str | None:
    """Migrate, seed an empty demo, and build the counts that were never built.

    Returns the path at which the first administrator is made, if there is none.
    """
    with open_database(settings, role="owner", migrate=True) as database:
        if settings.seed_when_empty:
            seed_with_progress(database, only_when_empty=True)
        built = build_counts(database, "genonaut up")
        print_built_counts({name: count for name, count in built.items() if count.rows_checked})
        return set_up_path(settings, database)


def set_up_path(settings: Settings, database: Database) -> str | None:
    """Where the first administrator is made; None if there is one, or no password would count."""
    if settings.auth.mode != "accounts":
        return None
    with database.transaction() as session:
        if Accounts(session, COMMAND).has_admin():
            return None
        return Links(session).make("setup")
