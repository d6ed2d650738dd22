"""Addresses of PostgreSQL servers, as settings name them. What is wrong with one is never quoted.

Of several servers there is one spelling that every part of Genonaut takes: hosts in one parameter,
their ports in another. SQLAlchemy and libpq each have one more, which the other does not know.
"""

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

if TYPE_CHECKING:  # it takes longer than all the rest: only named databases have addresses
    from sqlalchemy import URL

MOST_REPLICAS: Final = 16
_SCHEME: Final = r"postgres(?:ql)?(?:\+\w+)?://"
_BETWEEN: Final = re.compile(rf",\s*(?={_SCHEME})", re.IGNORECASE)
_SERVER: Final = re.compile(r"[^:]*://(?:.*@)?([^/?#]*)")  # a password may hold anything but an @
_WITH_PORT: Final = re.compile(r"[^/:,]+:[0-9]+")
_SEVERAL: Final = (
    "of several servers, write the hosts and the ports into two parameters, as in "
    "postgresql://user:password@/name?host=a,b&port=5432,5432&target_session_attrs=read-write"
)


def parse_url(text: str) -> "URL":
    """A PostgreSQL URL; its scheme may be spelled in any of the usual ways.

    Raises:
        ValueError: it is not a PostgreSQL URL, or names several servers in another way than ours.
    """
    from sqlalchemy import make_url  # noqa: PLC0415 - as above
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415

    server = _SERVER.match(text)
    if server and "," in server[1]:
        raise ValueError(_SEVERAL)
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # Without the cause: it may quote a part of the password.
        raise ValueError("it should look like postgresql://user:password@host:5432/name") from None
    if url.drivername.split("+")[0] not in {"postgresql", "postgres"}:
        raise ValueError("it should begin with postgresql://")
    if "@" in (url.host or ""):
        raise ValueError("write an @ in the user name or password as %40")
    _require_our_spelling(url)
    return url.set(drivername="postgresql+psycopg")


def parse_replica_urls(text: str) -> list["URL"]:
    """The URLs of replicas, with commas between them.

    Raises:
        ValueError: one is not a URL, or not that of one server; or there are too many.
    """
    urls = [parse_url(each.strip()) for each in _BETWEEN.split(text.strip().strip(","))]
    if len(urls) > MOST_REPLICAS:
        raise ValueError(f"it should name at most {MOST_REPLICAS} replicas")
    if any("," in _text(url, "host") or "," in (url.database or "") for url in urls):
        raise ValueError("each replica is one server: write a URL for each, with commas between")
    return urls


def refuse_several(host: str) -> None:
    """For a setting that is one server's host.

    Raises:
        ValueError: it names several.
    """
    if "," in host:
        raise ValueError(f"it should name one server; {_SEVERAL}, in DATABASE_URL")


def _require_our_spelling(url: "URL") -> None:
    hosts = url.query.get("host", ())
    names = hosts.split(",") if isinstance(hosts, str) else [*hosts]
    if not isinstance(hosts, str) and hosts:
        raise ValueError(_SEVERAL)
    if any(_WITH_PORT.fullmatch(unquote(name)) for name in names):
        raise ValueError(_SEVERAL)
    if len(names) < 2:  # noqa: PLR2004 - which is several
        return
    ports = _text(url, "port").split(",")
    if len(ports) not in (1, len(names)):
        raise ValueError(f"it names {len(names)} hosts and {len(ports)} ports: {_SEVERAL}")
    if _text(url, "target_session_attrs") not in {"read-write", "primary"}:
        raise ValueError(
            "it names several servers, of which one takes changes: add "
            "target_session_attrs=read-write, which finds that one"
        )


def _text(url: "URL", name: str) -> str:
    value = url.query.get(name, "")
    return value if isinstance(value, str) else ",".join(value)
