"""Logs: one line per event on stderr, as text for people or JSON for programs, secrets masked.

Our own events and those of the libraries (uvicorn, SQLAlchemy) go through the same pipe. Start
uvicorn with `log_config=None`, or it installs handlers of its own. Only a traceback in text takes
more than one line.
"""

import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache, partial
from typing import Any, TextIO, cast

from genonaut.config import LogSettings


@contextmanager
def _as_if_missing(package: str) -> Iterator[None]:
    found = sys.modules.get(package)
    sys.modules[package] = None  # type: ignore[assignment] # an import of it fails
    try:
        yield
    finally:
        del sys.modules[package]
        if found:
            sys.modules[package] = found


# It would load rich and pygments, 9 MB in every process, for tracebacks that we print plainly.
with _as_if_missing("rich"):
    import structlog
    from structlog.typing import EventDict, Processor, WrappedLogger

MASK = "***"
SECONDS = "%Y-%m-%dT%H:%M:%SZ"
# These report every request, task and start. We log those ourselves, with more detail.
NOISY = (
    "alembic.runtime",
    "asyncio",
    "celery.app.trace",
    "celery.apps.worker",
    "celery.beat",
    "celery.utils",
    "celery.worker",
    "flower.command",
    "httpcore2",
    "httpx2",
    "kombu",
    "pyvips",
    "tornado.access",
    "uvicorn",
    "uvicorn.access",
    "uvicorn.error",
)
_SECRET_NAME = re.compile(
    "password|passwd|secret|token|authorization|cookie|api_?key", re.IGNORECASE
)
_SUSPICIOUS = re.compile("://|passw|secret|token|bearer", re.IGNORECASE)
_IN_URL = re.compile(r"(://[^\s:/@]*:)[^\s@/?#]+(?=@)")
_IN_TEXT = re.compile(
    r"""(\b(?:password|passwd|secret|token)["']?\s*[=:]\s*|\bbearer\s+)"""
    r"""("[^"]*"|'[^']*'|[^\s,;&'"]+)""",
    re.IGNORECASE,
)


class Stream:
    """Writes to a stream what it takes. A log on a full disk must not end what is logged."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError, ValueError):  # ValueError: it was closed
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()


class NamedWriter(structlog.WriteLogger):
    """Writes lines to a stream, and knows the name of the logger."""

    def __init__(self, stream: TextIO, name: str = "") -> None:
        super().__init__(cast("TextIO", Stream(stream)))
        self.name = name


def configure_logs(settings: LogSettings) -> None:
    """Send all logs to stderr. May be called again, for example with another level."""
    level = settings.level.upper()
    as_json = settings.format == "json"
    shared, last = _shared_processors(as_json=as_json), _last_processors(as_json=as_json)
    structlog.configure(
        # Our own events are written directly. Through the records of the standard library it would
        # take twice as long, and every request is an event.
        processors=[*shared, *last],
        logger_factory=partial(NamedWriter, sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    remove_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[remove_meta, *last]
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    _quiet_libraries()


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A processor that masks what is named like a secret, and passwords within texts."""
    return {name: _hidden(name, value) for name, value in event.items()}


@lru_cache(maxsize=1000)
def _is_secret(name: object) -> bool:
    return isinstance(name, str) and bool(_SECRET_NAME.search(name))


def _hidden(name: object, value: Any) -> Any:  # noqa: ANN401 - a log takes anything
    if _is_secret(name):
        return MASK
    if isinstance(value, str):
        if not _SUSPICIOUS.search(value):  # every value of every line comes here
            return value
        return _IN_TEXT.sub(rf"\g<1>{MASK}", _IN_URL.sub(rf"\g<1>{MASK}", value))
    if isinstance(value, dict):
        return {key: _hidden(key, member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_hidden(None, member) for member in value]
    return value


def _shared_processors(*, as_json: bool) -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso" if as_json else SECONDS, utc=True),
    ]


def _last_processors(*, as_json: bool) -> list[Processor]:
    return [
        structlog.processors.format_exc_info,
        hide_secrets,
        *([structlog.processors.JSONRenderer()] if as_json else [_context_last, _text_renderer()]),
    ]


def _context_last(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A processor that puts the request's id behind what happened."""
    if "request_id" in event:
        event["request_id"] = event.pop("request_id")
    return event


def _text_renderer() -> Processor:
    # The default would print every local variable of a traceback, and break lines in values. It
    # would also sort; an event begins with what matters.
    return structlog.dev.ConsoleRenderer(
        sort_keys=False,
        colors=sys.stderr.isatty(),
        repr_native_str=True,
        exception_formatter=structlog.dev.plain_traceback,
    )


def _quiet_libraries() -> None:
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    # It asks the workers before they run, and warns at every start.
    logging.getLogger("flower.inspector").setLevel(logging.ERROR)
