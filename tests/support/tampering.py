"""A provider of OpenID Connect over real HTTP that signs and sends what a test wants."""

import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT_ID: Final = "gallery"
CLIENT_SECRET: Final = "of-the-client-0123456789"
ACCESS_TOKEN: Final = "access-token-of-the-provider"

Answer = tuple[int, bytes]


def encoded(part: bytes) -> str:
    return urlsafe_b64encode(part).rstrip(b"=").decode()


def new_key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid})


@dataclass
class Provider:
    """What it knows, and what it does differently. `answers` replace those of a path."""

    key: RSAKey = field(default_factory=lambda: new_key("first"))
    published: list[dict[str, Any]] = field(default_factory=list)
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=lambda: {"sub": "subject-1"})
    metadata: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Callable[[], Answer]] = field(default_factory=dict)
    sign: Callable[[dict[str, Any]], str] | None = None
    extra: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    url: str = ""

    def __post_init__(self) -> None:
        self.published = [self.public(self.key)]
        self._first = self.key

    def reset(self) -> None:
        """As it was when it was made, but at the same address."""
        vars(self).update(vars(Provider(self._first, url=self.url)))

    @staticmethod
    def public(key: RSAKey) -> dict[str, Any]:
        return dict(key.as_dict(private=False))

    def described(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "id_token_signing_alg_values_supported": ["RS256"],
            **self.metadata,
        }

    def signed(self, claims: dict[str, Any]) -> str:
        header = {"alg": "RS256", "kid": self.key.kid}
        return jwt.encode(header, claims, self.key)

    def unsigned(self, claims: dict[str, Any]) -> str:
        header = encoded(json.dumps({"alg": "none", "kid": self.key.kid}).encode())
        return f"{header}.{encoded(json.dumps(claims).encode())}."

    def signed_with_the_public_key(self, claims: dict[str, Any]) -> str:
        """By a shared secret that every one knows."""
        secret = OctKey.import_key(self.key.as_pem(private=False))
        return jwt.encode({"alg": "HS256", "kid": self.key.kid}, claims, secret, ["HS256"])

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser is sent back to, with a code."""
        code = encoded(sha256(query["nonce"].encode()).digest())
        self.codes[code] = query
        more = {"code": code, "state": query["state"], **self.extra}
        return f"{query['redirect_uri']}?{urlencode(more)}"

    def token(self, sent: dict[str, str]) -> Answer:
        begun = self.codes.pop(sent.get("code", ""), None)
        if begun is None:
            return 400, b'{"error": "invalid_grant"}'
        challenge = encoded(sha256(sent["code_verifier"].encode()).digest())
        if challenge != begun["code_challenge"] or begun["code_challenge_method"] != "S256":
            return 400, b'{"error": "invalid_grant"}'
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": "subject-1",
            "iat": now,
            "exp": now + 300,
            "nonce": begun["nonce"],
            "preferred_username": "ada",
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        token = (self.sign or self.signed)(claims)
        found = {"access_token": ACCESS_TOKEN, "token_type": "Bearer", "id_token": token}
        return 200, json.dumps(found).encode()

    def answer(self, path: str, sent: dict[str, str]) -> Answer:
        self.asked.append(path)
        if path in self.answers:
            return self.answers[path]()
        match path:
            case "/.well-known/openid-configuration":
                return 200, json.dumps(self.described()).encode()
            case "/keys":
                return 200, json.dumps({"keys": self.published}).encode()
            case "/token":
                return self.token(sent)
            case "/userinfo":
                return 200, json.dumps(self.userinfo).encode()
        return 404, b""


@contextmanager
def serving_provider() -> Iterator[Provider]:
    """The provider, while the `with` lasts."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorize(query))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self._send(*provider.answer(parts.path, query))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            sent = {name: values[0] for name, values in parse_qs(body).items()}
            self._send(*provider.answer(urlsplit(self.path).path, sent))

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def handle(self) -> None:
            with suppress(OSError):  # the client did not wait, or it is unplugged
                super().handle()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        provider.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
