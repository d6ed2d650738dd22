"""How PostgreSQL's own programs reach the database: an address, and what goes beside it.

No password is among their arguments, which every account of the machine can read.
"""

import os

from sqlalchemy import URL

from genonaut.config import Settings
from genonaut.db.address import as_uri, for_programs, take_secrets
from genonaut.embedded.libpq import without_libpq_variables
from genonaut.errors import UsageError


def address_for(program: str, settings: Settings, url: URL) -> tuple[str, dict[str, str]]:
    """The address that a program gets as an argument, and its environment.

    Raises:
        UsageError: the address has a secret that the program takes only as an argument.
    """
    ours = settings.db.is_embedded
    shown, secrets = take_secrets(for_programs(url) if ours else url)
    variables = without_libpq_variables() if ours else dict(os.environ)
    return as_uri(shown, secrets=False), variables | _beside(program, secrets, url)


def _beside(program: str, secrets: dict[str, str], url: URL) -> dict[str, str]:
    if others := secrets.keys() - {"password"}:
        raise UsageError(
            f"{program} takes {' and '.join(sorted(others))} only as an argument, which every "
            "account of this machine can read: move it from DATABASE_URL to a service file "
            "(PGSERVICEFILE)."
        )
    given = {
        "PGPASSWORD": secrets.get("password"),
        "PGREQUIREAUTH": url.query.get("require_auth"),
    }
    return {name: str(value) for name, value in given.items() if value}
