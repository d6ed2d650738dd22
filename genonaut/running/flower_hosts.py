"""Flower answers to the allowed names only, as the API does.

Flower has no such option, and its pages need no password to be read: without this, a website that
gives its own name this machine's address could read them (genonaut/api/http/hosts.py says how).
"""

from typing import Any

from flower.app import Flower
from tornado.httputil import HTTPServerRequest
from tornado.web import Application, ErrorHandler

from genonaut.api.http.hosts import MISDIRECTED, AllowedHosts


def answer_only_to(allowed: AllowedHosts) -> None:
    """Have every Flower of this process refuse requests for other names, whatever the page."""

    def find_handler(app: Application, request: HTTPServerRequest, **options: Any) -> Any:  # noqa: ANN401
        if allowed.allow(request.headers.get_list("Host")):
            return Application.find_handler(app, request, **options)
        return app.get_handler_delegate(request, ErrorHandler, {"status_code": MISDIRECTED})

    Flower.find_handler = find_handler
