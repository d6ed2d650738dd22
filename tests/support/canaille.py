"""Canaille, a real provider of OpenID Connect, as a process of its own.

Run as a module it serves until its standard input ends. Each line there sets who is in the group
`admins`. It asks for a password and for consent, and enforces PKCE.
"""

import json
import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urljoin, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server

import httpx

from tests.support.ports import free_port
from tests.support.processes import CHECKOUT, INHERITED
from tests.support.tampering import CLIENT_ID, CLIENT_SECRET

PASSWORD: Final = "correct horse battery staple"
PEOPLE: Final = ("ada", "grace")


class Canaille:
    """The running process."""

    def __init__(self, process: "subprocess.Popen[str]", url: str) -> None:
        self._process = process
        self.url = url

    def set_admins(self, *names: str) -> None:
        """Decide who is in the group."""
        self._say(list(names))

    def _say(self, line: object) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "done\n"


@contextmanager
def running_canaille(redirect_uris: Sequence[str]) -> Iterator[Canaille]:
    """The provider, while the `with` lasts; it sends browsers back to these addresses."""
    port = free_port()
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.canaille", str(port), *redirect_uris],
        cwd=CHECKOUT,
        env=inherited | {"AUTHLIB_INSECURE_TRANSPORT": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "ready\n", "Canaille did not start"
            yield Canaille(process, f"http://localhost:{port}")
        finally:
            process.kill()


def sign_in_there(browser: httpx.Client, url: str, name: str) -> str:
    """Pass the provider's pages as a person does: where it sends the browser at the end."""
    fields = {"login": name, "password": PASSWORD, "answer": "accept"}
    for _ in range(12):
        answer = browser.get(url)
        while answer.status_code == httpx.codes.OK:
            wanted = {
                field: value for field, value in fields.items() if f'"{field}"' in answer.text
            }
            assert wanted, answer.text
            answer = browser.post(answer.url, data=wanted)
        assert answer.is_redirect, answer.text
        url = urljoin(str(answer.url), answer.headers["location"])
        if urlsplit(url).path.startswith("/gallery/"):
            return url
    raise AssertionError(url)


def _serve(port: int, redirect_uris: Sequence[str]) -> None:
    from canaille import create_app  # noqa: PLC0415 - in this process only
    from canaille.app import models  # noqa: PLC0415
    from canaille.backends import Backend  # noqa: PLC0415

    app = create_app(config=_settings(port))
    app.config["WTF_CSRF_ENABLED"] = False
    people = {}
    with app.app_context():
        for name in PEOPLE:
            people[name] = models.User(
                user_name=name,
                display_name=name,
                family_name=name,
                emails=[f"{name}@example.org"],
                password=PASSWORD,
            )
            Backend.instance.save(people[name])
        client = models.Client(
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
            client_name="Gallery",
            client_uri="http://localhost",
            redirect_uris=list(redirect_uris),
            grant_types=["authorization_code"],
            response_types=["code"],
            token_endpoint_auth_method="client_secret_basic",  # noqa: S106 - a method's name
            scope=["openid", "profile", "groups"],
        )
        Backend.instance.save(client)
        client.audience = [client]  # which it is now known by
        Backend.instance.save(client)
        group = models.Group(display_name="admins", members=[people["grace"]])
        Backend.instance.save(group)
    server = make_server("localhost", port, app, handler_class=_Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    _say("ready")
    for line in sys.stdin:
        with app.app_context():
            group.members = [people[name] for name in json.loads(line)]
            Backend.instance.save(group)
        _say("done")


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def _settings(port: int) -> dict[str, Any]:
    from joserfc.jwk import RSAKey  # noqa: PLC0415

    key = RSAKey.generate_key(2048, {"kid": "of canaille"})
    return {
        "TESTING": True,
        "ENV_FILE": None,
        "SECRET_KEY": str(uuid.uuid4()),
        "WTF_CSRF_ENABLED": False,
        "PREFERRED_URL_SCHEME": "http",
        "SERVER_NAME": f"localhost:{port}",
        "CANAILLE": {
            "DATABASE": "memory",
            "JAVASCRIPT": False,
            "ACL": {"DEFAULT": {"PERMISSIONS": ["use_oidc"]}},
        },
        "CANAILLE_OIDC": {
            "ACTIVE_JWKS": [key.as_dict(private=True)],
            "REQUIRE_NONCE": True,
        },
    }


if __name__ == "__main__":
    _serve(int(sys.argv[1]), sys.argv[2:])
