"""Flower answers to the allowed names only."""

from types import SimpleNamespace
from typing import Any

import pytest
from flower.app import Flower
from tornado.httputil import HTTPHeaders
from tornado.web import Application, ErrorHandler

from genonaut.api.http.hosts import AllowedHosts
from genonaut.running.flower_hosts import answer_only_to


@pytest.mark.parametrize(
    ("host", "refused"), [("localhost:5555", False), ("evil.example", True), ("", True)]
)
def test_another_name_is_misdirected(
    monkeypatch: pytest.MonkeyPatch, host: str, refused: bool
) -> None:
    monkeypatch.setattr(Flower, "find_handler", Application.find_handler)
    monkeypatch.setattr(Application, "find_handler", lambda *_: "the page")
    answer_only_to(AllowedHosts("127.0.0.1", []))
    app: Any = SimpleNamespace(get_handler_delegate=lambda _, *handler: handler)
    request: Any = SimpleNamespace(headers=HTTPHeaders({"Host": host}))
    expected = (ErrorHandler, {"status_code": 421}) if refused else "the page"
    assert Flower.find_handler(app, request) == expected
