"""The database's address: for the driver, for programs of PostgreSQL, and for people to read.

All connections are made from one URL, so what it says of how to prove oneself holds for each.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from psycopg.pq import Conninfo
from sqlalchemy import URL

_OPTIONS = Conninfo.get_defaults()
SECRETS = {option.keyword.decode() for option in _OPTIONS if option.dispchar == b"*"}
"""Parameters of a URL that libpq itself does not show."""

WITH_TLS = {"require", "verify-ca", "verify-full"}
NOT_IN_CLEAR = "!password"


def embedded_url(address: Mapping[str, Any], database: str) -> URL:
    """A database of the embedded server, whose address is by names as those of psycopg."""
    query = {name: str(value) for name, value in address.items() if name != "user"}
    return URL.create("postgresql+psycopg", address["user"], database=database, query=query)


def guarded(url: URL) -> URL:
    """The address such that a password is never sent in clear to a server without TLS.

    Otherwise a program that took the server's place would only have to ask for it. What the
    operator decided, in the URL or by PGREQUIREAUTH, stays as it is.
    """
    decided = "require_auth" in url.query or "PGREQUIREAUTH" in os.environ
    mode = url.query.get("sslmode") or os.environ.get("PGSSLMODE")
    if decided or mode in WITH_TLS:
        return url
    return url.update_query_dict({"require_auth": NOT_IN_CLEAR})


def connection_arguments(url: URL) -> dict[str, Any]:
    """What SQLAlchemy gives to psycopg, for connections that are made without it."""
    return dict(url.get_dialect()().create_connect_args(url)[1])


def for_programs(url: URL) -> URL:
    """The embedded server's address with no more than what other programs need, and understand."""
    known = {name: url.query[name] for name in ("host", "passfile", "port")}
    return url.set(query=known)


def with_password(url: URL) -> URL:
    """The embedded server's address with its password, instead of the file that this is in."""
    lines = Path(str(url.query["passfile"])).read_text(encoding="utf-8").splitlines()
    passwords = dict(line.split(":")[3:] for line in lines)
    return url.set(password=passwords[url.username or ""]).difference_update_query(["passfile"])


def take_secrets(url: URL) -> tuple[URL, dict[str, str]]:
    """The address without its secrets, and these by the names of their parameters."""
    secrets = {name: str(value) for name, value in url.query.items() if name in SECRETS}
    if url.password is not None:
        secrets.setdefault("password", url.password)  # as for the driver, the parameter wins
    plain = URL.create(  # since URL.set(password=None) leaves it as it is
        url.drivername, url.username, None, url.host, url.port, url.database, url.query
    )
    return plain.difference_update_query(SECRETS), secrets


def as_uri(url: URL, *, secrets: bool) -> str:
    """The address as libpq reads it. Secrets are three stars unless they are wanted."""

    def secret(value: str) -> str:
        return quote(value, safe="") if secrets else "***"

    # SQLAlchemy's own text has blanks, and a plus for a blank, neither of which libpq reads so.
    password = f":{secret(url.password)}" if url.password is not None else ""
    user = f"{quote(url.username, safe='')}{password}@" if url.username else ""
    host = f"[{url.host}]" if ":" in (url.host or "") else quote(url.host or "")
    port = f":{url.port}" if url.port else ""
    parameters = "&".join(
        f"{name}={secret(each) if name in SECRETS else quote(each)}"
        for name, value in sorted(url.query.items())
        if value != NOT_IN_CLEAR  # which older programs do not know
        for each in ([value] if isinstance(value, str) else value)
    )
    where = f"postgresql://{user}{host}{port}/{quote(url.database or '')}"
    return f"{where}?{parameters}" if parameters else where
