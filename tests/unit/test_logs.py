"""Logs: one pipe for all, one line each, no secrets."""

import json
import logging
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import structlog

from genonaut.config import LogSettings
from genonaut.logs import NamedWriter, configure_logs


class Logs:
    """Our logs, and what they wrote."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def start(self, form: Any, level: Any = "info") -> None:
        settings = {"level": level, "format": form, "requests": "all", "slow-request-seconds": 1}
        configure_logs(LogSettings.model_validate(settings))

    def text(self) -> str:
        return self._capsys.readouterr().err

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text().splitlines()]


@pytest.fixture
def logs(capsys: pytest.CaptureFixture[str]) -> Iterator[Logs]:
    # To be started by the test itself: pytest gives each phase another stderr.
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    yield Logs(capsys)
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_an_event_is_one_json_line_with_the_request_it_belongs_to(logs: Logs) -> None:
    logs.start("json")
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        structlog.stdlib.get_logger("gallery").info("saved", items=3, note="two\nlines")
    (event,) = logs.events()
    assert event.pop("timestamp").endswith("Z")
    assert event == {
        "event": "saved",
        "items": 3,
        "note": "two\nlines",
        "level": "info",
        "logger": "gallery",
        "request_id": "r-1",
    }


def test_libraries_go_through_the_same_pipe(logs: Logs) -> None:
    logs.start("json")
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        logging.getLogger("uvicorn.error").warning("port %s is taken", 8001)
    (event,) = logs.events()
    assert event["event"] == "port 8001 is taken"
    assert event["level"] == "warning"
    assert event["request_id"] == "r-1"


def test_uvicorns_own_handlers_and_access_lines_are_gone(logs: Logs) -> None:
    logger = logging.getLogger("uvicorn")
    logger.addHandler(logging.StreamHandler())
    logger.propagate = False
    logs.start("json")
    logging.getLogger("uvicorn.access").info("GET / 200")
    logging.getLogger("uvicorn.error").warning("too many connections")
    assert [event["event"] for event in logs.events()] == ["too many connections"]


@pytest.mark.parametrize("log", [structlog.stdlib.get_logger("a"), logging.getLogger("b")])
def test_what_is_below_the_level_is_left_out(logs: Logs, log: Any) -> None:
    logs.start("json")
    log.debug("below the level")
    assert logs.events() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"password": "hunter2"},
        {"db_password": "hunter2"},
        {"token": "hunter2"},
        {"client_secret": "hunter2"},
        {"api_key": "hunter2"},
        {"headers": {"Authorization": "hunter2", "cookie": "hunter2"}},
        {"url": "postgresql://genonaut:hunter2@db:5432/genonaut"},
        {"urls": ["redis://:hunter2@cache:6379/0"]},
        {"conninfo": "host=db password=hunter2 user=genonaut"},
        {"conninfo": "host=db password='hunter2' user=genonaut"},
        {"body": '{"token": "hunter2"}'},
        {"header": "Authorization: Bearer hunter2"},
    ],
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_secrets_are_masked(logs: Logs, fields: dict[str, Any], form: str) -> None:
    logs.start(form)
    structlog.stdlib.get_logger().info("connecting", **fields)
    logged = logs.text()
    assert "connecting" in logged
    assert "***" in logged
    assert "hunter2" not in logged


def test_what_only_looks_like_a_secret_is_kept(logs: Logs) -> None:
    logs.start("json")
    url = "http://localhost:8001/docs?at=12:30@noon"
    structlog.stdlib.get_logger().info("read", url=url, title="the secret garden")
    (event,) = logs.events()
    assert (event["url"], event["title"]) == (url, "the secret garden")


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_traceback_is_logged_without_secrets_and_local_variables(logs: Logs, form: str) -> None:
    logs.start(form)
    try:
        _fail("postgresql://genonaut:hunter2@db/genonaut")
    except ValueError:
        structlog.stdlib.get_logger().exception("failed")
    logged = logs.text()
    assert "ValueError: cannot connect" in logged
    assert "in _fail" in logged
    assert "hunter2" not in logged


def _fail(url: str) -> None:
    raise ValueError(f"cannot connect to {url}")


def test_a_value_cannot_forge_a_line(logs: Logs) -> None:
    logs.start("text")
    structlog.stdlib.get_logger().info("request", path="/\n2026-01-01 [info] all is well")
    assert len(logs.text().splitlines()) == 1


def test_a_line_for_people_begins_with_what_matters(logs: Logs) -> None:
    logs.start("text")
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        structlog.stdlib.get_logger("a").info("request", status=500, method="GET", path="/")
    line = logs.text()
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \[info ", line)
    assert line.split()[-4:] == [
        "status=500",
        "method='GET'",
        "path='/'",
        "request_id='r-1'",
    ]


@pytest.mark.parametrize("name", ["celery.utils.functional", "kombu.mixins", "pyvips"])
def test_what_libraries_say_of_themselves_is_left_out_at_every_level(logs: Logs, name: str) -> None:
    logs.start("json", level="debug")
    logging.getLogger(name).debug("def xmap(task, it): return 1")
    logging.getLogger(name).warning("no connection")
    assert [event["event"] for event in logs.events()] == ["no connection"]


def test_configuring_again_replaces_the_former_configuration(logs: Logs) -> None:
    logs.start("json")
    logs.start("json", level="error")
    structlog.stdlib.get_logger().info("hidden")
    structlog.stdlib.get_logger().error("shown")
    assert [event["event"] for event in logs.events()] == ["shown"]


def test_a_full_disk_does_not_end_what_is_logged() -> None:
    with open("/dev/full", "w", encoding="utf-8", buffering=1) as full:  # noqa: PTH123 - a device
        NamedWriter(full).warning("a process died")
        with suppress(OSError):  # what it still holds
            full.close()
