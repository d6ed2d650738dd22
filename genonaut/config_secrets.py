"""Settings with a password in them, and what is wrong with one. The value is never quoted.

Celery and Flower would find out much later, and with a traceback or not at all. Which kinds of
brokers there are is for Celery to say.
"""

from collections.abc import Callable
from typing import Annotated
from urllib.parse import SplitResult, parse_qs, urlsplit

from pydantic import AfterValidator, SecretStr

REDIS = {"redis", "rediss", "redis+socket"}
CERTIFICATES = {"CERT_REQUIRED", "CERT_OPTIONAL", "CERT_NONE", "required", "optional", "none"}


def _require_redis(addresses: str) -> None:
    _require_addresses(addresses)
    if any(urlsplit(address).scheme not in REDIS for address in addresses.split(";")):
        raise ValueError("it should begin with redis://, rediss:// or redis+socket://")


def _require_addresses(addresses: str) -> None:
    """Raises ValueError if this is not an address, or several with semicolons between them."""
    for address in addresses.split(";"):
        scheme, separator, _ = address.partition("://")
        if not (scheme and separator):
            raise ValueError("it should look like redis://:password@host:6379/0")
        parts = _split(address)
        if scheme in REDIS:
            _require_database(parts)
        if scheme == "rediss" and _option(parts, "ssl_cert_reqs") not in CERTIFICATES:
            raise ValueError("add ?ssl_cert_reqs=CERT_REQUIRED, which has the certificate checked")


def _split(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        _ = parts.port  # it may be no number, or too large
        (parts.hostname or "").encode("idna")
    except ValueError:
        # Without the cause: it may quote a part of the password.
        raise ValueError("its host or its port is not valid") from None
    return parts


def _require_database(parts: SplitResult) -> None:
    path = parts.path.strip("/")
    number = path
    if parts.scheme == "redis+socket":
        if not path:
            raise ValueError("it should look like redis+socket:///folder/name.sock")
        number = _option(parts, "virtual_host")
    if number and not number.isdecimal():
        raise ValueError("its database should be a number, as in redis://host:6379/0")


def _option(parts: SplitResult, name: str) -> str:
    return parse_qs(parts.query).get(name, [""])[0]


def _require_logins(logins: str) -> None:
    for login in logins.split(","):
        name, _, password = login.partition(":")
        if not (name.strip() and password):
            raise ValueError(
                "it should look like name:password, or like name:password,other:password; so no "
                "name and no password has a comma"
            )


def _checked(check: Callable[[str], None]) -> AfterValidator:
    def validate(value: SecretStr) -> SecretStr:
        check(value.get_secret_value())
        return value

    return AfterValidator(validate)


RedisAddress = Annotated[SecretStr, _checked(_require_redis)]
Addresses = Annotated[SecretStr, _checked(_require_addresses)]
Logins = Annotated[SecretStr, _checked(_require_logins)]
