"""Forms are taken from our own pages only."""

from urllib.parse import urlsplit

from fastapi import Request

from genonaut.api.exceptions import ForbiddenError


def require_same_origin(request: Request) -> None:
    """A dependency of every route that changes something.

    The cookie that says who looks is `SameSite=Lax`, so another site's form comes without it. This
    is the second lock. Browsers say where a request is from in `Sec-Fetch-Site`, and where they do
    not (plain HTTP from another machine), in `Origin`. A page cannot set either. Whoever sends
    neither is refused.

    Raises:
        ForbiddenError: the request was made by another site's page, or by no page at all.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin", "")
    own = site == "same-origin" if site else urlsplit(origin).netloc == request.headers.get("host")
    if not own:
        raise ForbiddenError("This was not sent by one of our own pages, so nothing was changed.")
