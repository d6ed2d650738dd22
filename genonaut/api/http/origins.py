"""Which site's page sent a request.

A browser sends JSON to another site only if that allows it, but a form it sends anywhere. So a
route that takes forms asks where they are from. Browsers say that in `Sec-Fetch-Site`, and where
they do not (plain HTTP from another machine), in `Origin`. A page can set neither.
"""

from fastapi import Request

from genonaut.errors import ForbiddenError


async def refuse_other_sites(request: Request) -> None:
    """A dependency of API routes that take forms: programs send neither header.

    Raises:
        ForbiddenError: a page sent it that is not ours, and not of `api.cors-origins`.
    """
    headers = request.headers
    from_a_page = "sec-fetch-site" in headers or "origin" in headers
    allowed = {"*", headers.get("origin")} & set(request.app.state.settings.api.cors_origins)
    if from_a_page and not allowed and not is_ours(request):
        raise ForbiddenError("This was sent by a page of another site: nothing was changed.")


def is_ours(request: Request) -> bool:
    """Whether a page of ours sent a request, by what its browser says."""
    sites, origins = request.headers.getlist("sec-fetch-site"), request.headers.getlist("origin")
    if len(sites) > 1 or len(origins) > 1 or not (sites or origins):
        return False
    host = request.headers.get("host", "").lower()
    # Behind a proxy that speaks TLS we may not know our own scheme; the browser does.
    schemes = ("http", "https") if sites == ["same-origin"] else (request.url.scheme,)
    from_us = {f"{scheme}://{_without_default_port(scheme, host)}" for scheme in schemes}
    return sites in ([], ["same-origin"]) and all(origin in from_us for origin in origins)


def _without_default_port(scheme: str, host: str) -> str:
    return host.removesuffix(":443" if scheme == "https" else ":80")
