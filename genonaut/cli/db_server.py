"""`genonaut db upgrade-server`: the embedded PostgreSQL, from one version to the next."""

from pathlib import Path
from typing import Annotated

import typer

from genonaut.cli.options import Env
from genonaut.config import Settings, load_settings
from genonaut.counting.audit import Limits, check
from genonaut.db.counts import COUNTS
from genonaut.db.session import open_database
from genonaut.embedded.upgrade import upgrade_server
from genonaut.errors import DatabaseError, UsageError
from genonaut.running.output import say

FOREVER = Limits(ledger_rows=1 << 62, refresh_age_seconds=float("inf"))
NOT_OF_THE_DATA = {"refresh"}  # a failed refresh is no reason to keep an old server

OldPrograms = Annotated[
    str | None,
    typer.Option(
        "--from",
        help="The folder with the programs of the old version, if it is not found by itself.",
        show_default=False,
        metavar="FOLDER",
    ),
]


def upgrade_embedded(old_programs: OldPrograms = None, env: Env = None) -> None:
    """Bring the embedded server's data to the newest major version of PostgreSQL."""
    settings = load_settings(env)
    if not settings.db.is_embedded:
        raise UsageError(
            "The settings name a database of your own, whose server Genonaut does not upgrade: "
            "upgrade it as PostgreSQL's manual says (pg_upgrade, or a dump)."
        )

    def examine(copy: Path) -> None:
        _require_exact_counts(settings.model_copy(update={"home": copy}))

    done = upgrade_server(settings.home, old_programs, say, examine)
    say(
        f"The data has moved from PostgreSQL {done.old} to {done.new}: "
        f"{sum(done.rows.values()):,} rows, and all counts equal a recount."
    )
    say(f"The old data is in {done.aside}. Remove it when you trust the new.")


def _require_exact_counts(settings: Settings) -> None:
    with open_database(settings) as database, database.transaction() as session:
        for count in COUNTS.values():
            for finding in check(session, count, FOREVER):
                if not finding.ok and finding.what not in NOT_OF_THE_DATA:
                    raise DatabaseError(
                        f"The copy is not exact, and the data stays as it is ({finding.detail})"
                    )
