"""The providers at which people can sign in, instead of by a password here."""

from genonaut.config import Settings
from genonaut.web.contexts import Link
from genonaut.web.returning import sign_in_path


def providers_of(settings: Settings, back: str) -> tuple[Link, ...]:
    """A link for each provider in the settings; signing in there leads back to a page."""
    names = [provider.name for provider in settings.auth.oidc]
    return tuple(Link(name, sign_in_path(back, f"/oidc/{name}")) for name in names)
