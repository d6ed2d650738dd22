"""Keeping PGSSLMODE, PGHOSTADDR and the like, which are meant for other servers, out of ours."""

import os

# Beside those that the endpoint names. The empty ones are as if they were not set.
OWN_PARAMETERS = {
    "hostaddr": "",
    "password": "",
    "options": "",
    "client_encoding": "UTF8",
    "target_session_attrs": "any",
    "requirepeer": "",
    "channel_binding": "disable",
    "gssencmode": "disable",
    "sslmode": "disable",
    "sslcertmode": "disable",
    "sslnegotiation": "postgres",
    "sslrootcert": "",
    "ssl_max_protocol_version": "",
}


def own_parameters() -> dict[str, str]:
    """What keeps this process's variables out of a connection to an embedded server.

    libpq takes them wherever a parameter is not given. A PGSERVICE may set any of the parameters.
    """
    if "PGSERVICE" in os.environ:
        return dict(OWN_PARAMETERS)
    return {
        name: value
        for name, value in OWN_PARAMETERS.items()
        if f"PG{name.replace('_', '').upper()}" in os.environ
    }


def without_libpq_variables() -> dict[str, str]:
    """The environment for a program that is to reach the embedded server."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def forget_libpq_variables() -> None:
    """Take them out of this process's environment. For the beginning of a program only."""
    for name in os.environ.keys() - without_libpq_variables().keys():
        del os.environ[name]
