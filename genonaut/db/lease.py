"""The embedded PostgreSQL as a gallery's own, without what speaks to it."""

from genonaut.config import Settings
from genonaut.config_home import remember
from genonaut.embedded.lease import Lease


def server_lease(settings: Settings) -> Lease:
    """The embedded PostgreSQL, in a home that remembers from now on what it is first used as."""
    remember(settings.home, settings.environment)
    return Lease(settings.home, "postgres")
