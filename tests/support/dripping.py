"""A slow line: a proxy that sends pages in pieces, each when the test says so."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue

import httpx

from tests.support.waiting import PATIENCE_SECONDS

Pieces = SimpleQueue[bytes]
WHOLE = b""
"""The piece after the last one."""
KEPT = ("Content-Type", "Cache-Control")


@contextmanager
def dripping(site: str, pieces: Pieces) -> Iterator[str]:
    """The address of a proxy of the site. In place of each page it sends the pieces."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """The framework's name."""
            if self.headers["Sec-Fetch-Dest"] == "document":
                return self._send({"Content-Type": "text/html; charset=utf-8"})
            found = client.get(self.path)
            kept = {name: found.headers[name] for name in KEPT if name in found.headers}
            return self._send(kept, iter([found.content]))

        def _send(self, headers: dict[str, str], body: Iterator[bytes] | None = None) -> None:
            self.send_response(200)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            for piece in body or iter(pieces.get, WHOLE):
                self.wfile.write(piece)

        def log_message(self, *_: object) -> None:
            """A test's own output stays readable."""

    with (
        httpx.Client(base_url=site, timeout=PATIENCE_SECONDS) as client,
        ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server,
    ):
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            pieces.put(WHOLE)
            server.shutdown()
            thread.join()
